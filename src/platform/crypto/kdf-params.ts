/** How a passphrase becomes a key. Data, kept in the vault's header; checked against floor and ceiling before use. */
export interface KdfParams {
  readonly algorithm: 'argon2id';
  readonly memoryKib: number;
  readonly iterations: number;
  readonly parallelism: number;
}
