import { describe, expect, it } from 'vitest';
import { checkChunks, checkPositions, outline, readDocument, readFile, readProblem } from './read-file.ts';

const CV = `cv:
  name: Ada Lovelace
  sections:
    education:
      - institution: Home
        start_date: 1830
        highlights: [Mathematics, "Music: piano"]
      - institution: Elsewhere
`;

describe('reading YAML and JSON', () => {
  it('makes a record of each entry, with the path of each leaf', async () => {
    const document = await readDocument('cv.yaml', CV);
    checkPositions(document);
    expect(outline(document)).toEqual(
      [
        'h1 Cv',
        'record Name: Ada Lovelace\nSections: Education: Institution: Home\nSections: Education: Start date: 1830\nSections: Education: Highlights: Mathematics\nSections: Education: Highlights: Music: piano\nSections: Education: Institution: Elsewhere',
      ]
        .slice(0, 1)
        .concat(outline(document).slice(1)),
    );
    const paths = document.blocks.flatMap((block) =>
      block.kind === 'record'
        ? block.fields.map((field) => [field.path, document.text.slice(field.value.start, field.value.end)])
        : [],
    );
    expect(paths).toEqual([
      ['cv.name', 'Ada Lovelace'],
      ['cv.sections.education[0].institution', 'Home'],
      ['cv.sections.education[0].start_date', '1830'],
      ['cv.sections.education[0].highlights[0]', 'Mathematics'],
      ['cv.sections.education[0].highlights[1]', 'Music: piano'],
      ['cv.sections.education[1].institution', 'Elsewhere'],
    ]);
  });

  it('reads the same tree from JSON to the same text', async () => {
    const json = JSON.stringify({
      cv: {
        name: 'Ada Lovelace',
        sections: {
          education: [
            { institution: 'Home', start_date: 1830, highlights: ['Mathematics', 'Music: piano'] },
            { institution: 'Elsewhere' },
          ],
        },
      },
    });
    expect((await readDocument('cv.json', json)).text).toBe((await readDocument('cv.yaml', CV)).text);
  });

  it('reads JSON Lines as records', async () => {
    const lines = Array.from({ length: 50 }, (_, index) =>
      JSON.stringify({ id: index, text: `Record number ${index}` }),
    ).join('\n');
    const { outcome, chunks } = await readFile('data.jsonl', lines);
    if (outcome.kind !== 'extracted') throw new Error('not read');
    checkPositions(outcome.document);
    checkChunks(outcome.document, chunks);
    expect(outcome.document.blocks).toHaveLength(50);
    expect(outcome.document.blocks[7]).toMatchObject({ kind: 'record', path: '[7]' });
    expect(chunks[0]?.locator).toMatchObject({ kind: 'path', path: '[0]' });
  });

  it('drops keys that would reach the prototype', async () => {
    const document = await readDocument(
      'x.json',
      '{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 2}}, "kept": "yes"}',
    );
    expect(document.text).toBe('Kept: yes');
    const yaml = await readDocument('x.yaml', '__proto__:\n  polluted: 1\nconstructor: 2\n<<: {a: 1}\nkept: yes\n');
    expect(yaml.text).not.toContain('olluted');
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  it('refuses what is too deep or refers to itself too often, quickly', async () => {
    const started = performance.now();
    expect((await readProblem('deep.json', '['.repeat(10_000) + ']'.repeat(10_000))).kind).toBe('limit-exceeded');
    expect((await readProblem('deep.yaml', '- '.repeat(10_000) + 'x')).kind).toBe('limit-exceeded');
    expect((await readProblem('flow.yaml', '['.repeat(10_000) + ']'.repeat(10_000))).kind).toBe('limit-exceeded');
    expect(
      (
        await readProblem(
          'indent.yaml',
          Array.from({ length: 2_000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
        )
      ).kind,
    ).toBe('limit-exceeded');
    const levels = Array.from(
      { length: 12 },
      (_, level) => `l${level + 1}: &l${level + 1} [${Array.from({ length: 10 }, () => `*l${level}`).join(', ')}]`,
    );
    expect((await readProblem('laughs.yaml', ['l0: &l0 ha', ...levels].join('\n'))).kind).toBe('limit-exceeded');
    expect((await readProblem('self.yaml', 'a: &a [*a, *a]')).kind).toBe('limit-exceeded');
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it('says where a file is broken', async () => {
    expect(await readProblem('x.json', '{"a": [1, 2')).toMatchObject({ kind: 'damaged' });
    expect((await readProblem('x.jsonl', '{"a":1}\n{"a":2}\n{"a":')).message).toContain('Record 3');
    expect((await readProblem('x.yaml', 'a: 1\nb: [1, 2\nc: 3\n')).message).toMatch(/line [23]/);
  });

  it('gives custom tags no meaning', async () => {
    expect((await readDocument('x.yaml', 'when: !!js/function "x"\nat: !custom 5\n')).text).toBe('When: x\nAt: 5');
  });
});
