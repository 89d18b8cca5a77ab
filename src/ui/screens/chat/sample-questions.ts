/** The questions that come with the sample library; none when they cannot be had or read. */
export async function sampleQuestions(): Promise<readonly string[]> {
  const response = await fetch(new URL('samples/questions.json', document.baseURI));
  return response.ok ? readQuestions(await response.json()) : [];
}

const MAX_QUESTIONS = 4;

/** Reads `[{ question }]`, leaving out what has another form. */
export function readQuestions(json: unknown): readonly string[] {
  if (!Array.isArray(json)) return [];
  return json
    .flatMap((entry: unknown) =>
      typeof entry === 'object' && entry !== null && 'question' in entry && typeof entry.question === 'string'
        ? [entry.question]
        : [],
    )
    .slice(0, MAX_QUESTIONS);
}
