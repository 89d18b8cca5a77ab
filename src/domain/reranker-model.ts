/** A cross-encoder as data: it reads question and passage together and gives one number for how well they fit. */
export interface RerankerModel {
  /** Also its folder under `models/` and its name on the hub. */
  readonly modelId: string;
  readonly label: string;
  /** Tokens of question and passage together; longer passages are cut. */
  readonly maxTokens: number;
  readonly dtype: 'q8' | 'fp32';
  readonly sizeBytes: number;
  readonly licence: string;
}
