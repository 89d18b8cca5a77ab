/** Everything that decides what weights come out, besides the corpus and the tokenizer. */
export interface Recipe {
  readonly seed: number;
  /** A multiple of 32. */
  readonly dimensions: number;
  readonly steps: number;
  /** Pairs per step; a multiple of 32. */
  readonly batch: number;
  /** Adam's rate for the table, reached after `warmUp` of the steps and then falling to 0. */
  readonly learningRate: number;
  /** Rate of the token weights, as a multiple of that. */
  readonly weightRate: number;
  readonly warmUp: number;
  readonly beta1: number;
  readonly beta2: number;
  /** Cosines are divided by it. */
  readonly temperature: number;
  /** Share of the pairs that are in batches of one source, whose texts are harder to tell apart. */
  readonly homogeneous: number;
  /** Share of the texts of which only a stretch of `cropMin` to `cropMax` tokens is used. */
  readonly crop: number;
  readonly cropMin: number;
  readonly cropMax: number;
  readonly queryTokens: number;
  readonly textTokens: number;
  /** A token of frequency p begins with the weight a / (a + p) (Arora et al. 2017). */
  readonly frequencyConstant: number;
  /** Token weights are pulled back to where they began, by so much of the distance per step. */
  readonly weightPull: number;
  /**
   * Share of the texts that are made a turn of a conversation: one of two first names, drawn for the batch, and a colon before the text, and most often the
   * name before its query. A name so common tells little and does not grow heavy, as it otherwise would.
   */
  readonly names: number;
  /** Of WordNet's pairs, of which there are many short ones, one in so many is used. */
  readonly wordnetEvery: number;
  /** Share-alike files (`sa_…`) take part. */
  readonly shareAlike: boolean;
  /** One in so many documents is kept out, for development; 0: none. */
  readonly holdOutEvery: number;
}

export const DEFAULT_RECIPE: Recipe = {
  seed: 2,
  dimensions: 512,
  steps: 300,
  batch: 2048,
  learningRate: 0.006,
  weightRate: 2,
  warmUp: 0.05,
  beta1: 0.9,
  beta2: 0.99,
  temperature: 0.05,
  homogeneous: 0.5,
  crop: 0.5,
  cropMin: 10,
  cropMax: 50,
  queryTokens: 64,
  textTokens: 128,
  frequencyConstant: 1e-3,
  weightPull: 3e-4,
  names: 0.3,
  wordnetEvery: 2,
  shareAlike: false,
  holdOutEvery: 10,
};

/** The default with fields named on the command line (`--learning-rate 0.01`) changed. Throws an Error for a value that makes no sense. */
export function recipeFrom(changes: Readonly<Record<string, string>>): Recipe {
  const recipe: Record<string, number | boolean> = { ...DEFAULT_RECIPE };
  for (const [name, text] of Object.entries(changes)) {
    const key = name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
    const old = Object.hasOwn(recipe, key) ? recipe[key] : undefined;
    if (old === undefined)
      throw new Error(`The recipe has no --${name}. It has: ${Object.keys(DEFAULT_RECIPE).join(', ')}.`);
    const value = typeof old === 'boolean' ? text === 'true' : Number(text);
    if (typeof value === 'number' && !(Number.isFinite(value) && value >= 0 && text !== '')) {
      throw new Error(`--${name} is a number of at least 0, not "${text}".`);
    }
    recipe[key] = value;
  }
  return checked({ ...DEFAULT_RECIPE, ...recipe });
}

function checked(recipe: Recipe): Recipe {
  const isWhole = (value: number): boolean => Number.isInteger(value) && value > 0;
  if (!isWhole(recipe.dimensions / 32)) throw new Error('Dimensions are a multiple of 32.');
  if (!isWhole(recipe.batch / 32)) throw new Error('A batch is a multiple of 32 pairs.');
  if (!isWhole(recipe.steps)) throw new Error('Steps are a whole number.');
  // Below, exponentials leave the range of 32-bit floats.
  if (recipe.temperature < 0.025) throw new Error('The temperature is at least 0.025.');
  if (recipe.cropMin < 1 || recipe.cropMax < recipe.cropMin) throw new Error('A crop is at least one token long.');
  return recipe;
}
