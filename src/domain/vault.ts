/** What opens a vault. The bytes are the passphrase in UTF-8; whoever made them wipes them. */
export type UnlockSecret =
  | { readonly kind: 'passphrase'; readonly passphrase: Uint8Array }
  | { readonly kind: 'recovery-code'; readonly code: string };
