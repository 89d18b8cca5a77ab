import { strToU8 } from 'fflate';
import { expect, it } from 'vitest';
import { docxParagraph, makeDocx, makePdf } from './make-files.ts';
import { checkChunks, checkPositions, readFile } from './read-file.ts';

const FILE_COUNT = 320;
const MAX_MS_PER_FILE = 5_000;

const SEEDS: readonly (readonly [string, Uint8Array])[] = [
  [
    'a.pdf',
    makePdf(
      [[{ text: 'A heading', size: 20 }, { text: 'Some words on a page.' }], [{ text: 'More of them.' }]],
      'Title',
    ),
  ],
  ['a.docx', makeDocx(docxParagraph('One') + docxParagraph('Two'))],
  [
    'a.md',
    strToU8(
      '---\ntags: [a, b]\n---\n# T\n\n- [ ] x **b** [[L|l]] `c`\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n> q\n\n```js\ncode\n```\n[^1]\n\n[^1]: note %% c %%\n',
    ),
  ],
  [
    'a.html',
    strToU8(
      '<!doctype html><html><body><h1>T</h1><ul><li>a<table><tr><th>x</th><th>z</th></tr><tr><td>y<td>w</table></ul><p>b <b>c<p>d</b></body></html>',
    ),
  ],
  ['a.csv', strToU8('a,b,c\n1,"x, y",3\n4,"q ""z""",6\n')],
  ['a.json', strToU8('{"a": [1, 2, {"b": "c", "d": null}], "e": {"f": "g"}}')],
  ['a.yaml', strToU8('a: &x\n  b: [1, 2]\n  c: "d"\ne: *x\nf: |\n  text\n  more\n- g\n')],
  ['a.txt', strToU8('CHAPTER I\n\nWords. More words!\n\nÜmlaut, 日本語, emoji 😀.\n')],
];

// Deterministic: a linear congruential generator (Numerical Recipes, ch. 7.1).
function randomFrom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function mutate(bytes: Uint8Array, random: (below: number) => number): Uint8Array {
  let mutated = Uint8Array.from(bytes);
  const changes = 1 + random(12);
  for (let change = 0; change < changes && mutated.length > 1; change++) {
    const at = random(mutated.length);
    switch (random(5)) {
      case 0:
        mutated[at] = random(256);
        break;
      case 1:
        mutated[at] = (mutated[at] ?? 0) ^ (1 << random(8));
        break;
      case 2:
        mutated = mutated.slice(0, at + 1);
        break;
      case 3: {
        const piece = mutated.slice(at, at + 1 + random(64));
        mutated = Uint8Array.from([...mutated.subarray(0, at), ...piece, ...piece, ...mutated.subarray(at)]);
        break;
      }
      default:
        mutated = Uint8Array.from([...mutated.subarray(0, at), ...mutated.subarray(at + 1 + random(16))]);
    }
  }
  return mutated;
}

it(`gives an outcome for ${FILE_COUNT} damaged files, without throwing or hanging`, { timeout: 240_000 }, async () => {
  const random = randomFrom(20_261_121);
  const wrong: string[] = [];
  let readCount = 0;
  for (let index = 0; index < FILE_COUNT; index++) {
    const [name, bytes] = SEEDS[index % SEEDS.length] ?? ['', new Uint8Array()];
    const started = performance.now();
    try {
      const { outcome, chunks } = await readFile(name, mutate(bytes, random));
      if (outcome.kind === 'extracted') {
        readCount++;
        checkPositions(outcome.document);
        checkChunks(outcome.document, chunks);
      }
    } catch (error) {
      wrong.push(`${index} ${name}: ${String(error)}`);
    }
    if (performance.now() - started > MAX_MS_PER_FILE) wrong.push(`${index} ${name}: too slow`);
  }
  expect(wrong).toEqual([]);
  expect(readCount).toBeGreaterThan(FILE_COUNT / 4);
});
