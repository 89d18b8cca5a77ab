// English function words, and what the tokenizer leaves of their contractions (`don't` → `don`, `t`).
const STOP_WORDS = new Set(
  [
    'a an the this that these those some any each few more most other such both all no nor not only own same so than',
    'too very just once here there again further then now',
    'i me my myself we our ours ourselves you your yours yourself yourselves he him his himself she her hers',
    'herself it its itself they them their theirs themselves',
    'what which who whom when where why how if whether because as until while of at by for with about against',
    'between into through during before after above below to from up down in out on off over under and but or',
    'am is are was were be been being have has had having do does did doing should can will',
    'don doesn didn isn aren ain wasn weren haven hasn hadn won wouldn shouldn couldn mustn mightn needn',
    's t d ll m o re ve y',
  ]
    .join(' ')
    .split(' '),
);

/**
 * Whether an index term is a word that says nothing about a subject. Such words are indexed like all others and
 * count for little in a question that has other words.
 */
export function isStopWord(term: string): boolean {
  return STOP_WORDS.has(term);
}
