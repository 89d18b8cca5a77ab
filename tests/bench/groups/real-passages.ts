import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { findMaterial } from '../../fixtures/material.ts';

const PASSAGE_LENGTH = 390;

/** Answers of MedQuAD (CC BY 4.0), cut at spaces into passages of about 390 characters; `undefined` where it is absent. */
export function realPassages(count: number): string[] | undefined {
  const path = findMaterial('data', 'medquad-full', 'corpus.jsonl.gz');
  if (path === undefined) return undefined;
  const passages: string[] = [];
  for (const line of gunzipSync(readFileSync(path)).toString().split('\n')) {
    if (line === '') continue;
    const { text } = JSON.parse(line) as { readonly text: string };
    for (let start = 0; start < text.length && passages.length < count;) {
      const space = text.indexOf(' ', start + PASSAGE_LENGTH);
      const end = space < 0 ? text.length : space;
      passages.push(text.slice(start, end).trim());
      start = end;
    }
  }
  return passages.filter((passage) => passage !== '');
}
