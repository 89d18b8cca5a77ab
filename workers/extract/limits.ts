/** What one file may cost. Counted while reading, because sizes a file declares about itself are untrusted. */
export interface ExtractLimits {
  readonly fileBytes: number;
  /** UTF-16 code units of canonical text. */
  readonly textChars: number;
  readonly pdfPages: number;
  readonly pdfPageChars: number;
  readonly zipEntries: number;
  readonly zipEntryBytes: number;
  readonly zipTotalBytes: number;
  /** Inflated bytes per packed byte, enforced once `zipRatioFreeBytes` have come out. */
  readonly zipRatio: number;
  readonly zipRatioFreeBytes: number;
  readonly markupNodes: number;
  readonly markupDepth: number;
  readonly treeBytes: number;
  readonly treeDepth: number;
  readonly yamlAliases: number;
}

const MIB = 1024 * 1024;

export const DESKTOP_LIMITS: ExtractLimits = {
  fileBytes: 100 * MIB,
  textChars: 20_000_000,
  pdfPages: 5_000,
  pdfPageChars: 1_000_000,
  zipEntries: 5_000,
  zipEntryBytes: 64 * MIB,
  zipTotalBytes: 256 * MIB,
  zipRatio: 100,
  zipRatioFreeBytes: MIB,
  markupNodes: 2_000_000,
  markupDepth: 256,
  treeBytes: 50 * MIB,
  treeDepth: 64,
  yamlAliases: 100,
};

export const MOBILE_LIMITS: ExtractLimits = {
  ...DESKTOP_LIMITS,
  fileBytes: 25 * MIB,
  zipTotalBytes: 96 * MIB,
};
