import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { findMaterial } from '../../fixtures/material.ts';
import type { PassageCollection, SoughtItem } from '../contest/known-items.ts';

const PASSAGE_LENGTH = 390;
/** English of many kinds: abstracts and articles, handbooks, textbooks, a diary, answers to patients. */
const MIXED = ['arxiv_cc0', 'pmc_ccby', 'd365_ccby', 'openstax', 'digitalgov_pd', 'sourcegraph_apache', 'pepys_pd'];

/** Characters by which an answer is told. */
const BEGINNING = 80;

/**
 * Answers of MedQuAD (CC BY 4.0), cut at spaces into passages of about 390 characters, with the questions that were put
 * there, where those are at hand too; `undefined` where the answers are absent.
 */
export function medquadPassages(count: number): PassageCollection | undefined {
  const path = findMaterial('data', 'medquad-full', 'corpus.jsonl.gz');
  if (path === undefined) return undefined;
  const passages: string[] = [];
  const passagesOf = new Map<string, readonly number[]>();
  for (const { text } of linesOf(path)) {
    const first = passages.length;
    passages.push(...cut(text).slice(0, count - first));
    const own = Array.from({ length: passages.length - first }, (_, at) => first + at);
    const beginning = text.slice(0, BEGINNING);
    passagesOf.set(beginning, [...(passagesOf.get(beginning) ?? []), ...own]);
  }
  const questionsPath = findMaterial('corpus', 'medquad_ccby.jsonl.gz');
  const questions: SoughtItem[] = [];
  for (const { query = '', text } of questionsPath === undefined ? [] : linesOf(questionsPath)) {
    const sought = passagesOf.get(text.slice(0, BEGINNING)) ?? [];
    if (query.endsWith('?') && sought.length > 0) questions.push({ query, passages: sought });
  }
  return { passages, questions };
}

/**
 * As many passages of about 390 characters, from texts of many kinds by turns; `undefined` where they are absent. The texts
 * overlap: no passage is taken that repeats one before.
 */
export function mixedPassages(count: number): PassageCollection | undefined {
  const passages: string[] = [];
  const runs = new Set<number>();
  const sources: Iterator<Line>[] = [];
  for (const name of MIXED) {
    const path = findMaterial('corpus', `${name}.jsonl.gz`);
    if (path !== undefined) sources.push(linesOf(path));
  }
  while (sources.length > 0 && passages.length < count) {
    for (const source of [...sources]) {
      const { done, value } = source.next();
      if (done === true) sources.splice(sources.indexOf(source), 1);
      else passages.push(...cut(value.text).filter((passage) => passage.length >= SHORTEST && isNew(passage, runs)));
    }
  }
  return passages.length < count ? undefined : { passages: passages.slice(0, count), questions: [] };
}

/** Ends of texts that are shorter are left out. */
const SHORTEST = 300;
const RUN_WORDS = 8;
/** One run of words in so many is remembered, told by its own hash: the same ones in every text. */
const RUNS_PER_SAMPLE = 4;

/** Whether no sampled run of eight words has come before. */
function isNew(passage: string, runs: Set<number>): boolean {
  const words = passage.split(/\s+/);
  const own: number[] = [];
  for (let at = 0; at + RUN_WORDS <= words.length; at++) {
    let hash = 0;
    for (const character of words.slice(at, at + RUN_WORDS).join(' ')) {
      hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
    }
    hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b) >>> 0;
    if (hash % RUNS_PER_SAMPLE === 0) own.push(hash);
  }
  if (own.some((hash) => runs.has(hash))) return false;
  for (const hash of own) runs.add(hash);
  return true;
}

interface Line {
  readonly query?: string;
  readonly text: string;
}

function* linesOf(path: string): Generator<Line, undefined> {
  for (const line of gunzipSync(readFileSync(path)).toString().split('\n'))
    if (line !== '') yield JSON.parse(line) as Line;
}

function cut(text: string): string[] {
  const passages: string[] = [];
  for (let start = 0; start < text.length;) {
    const space = text.indexOf(' ', start + PASSAGE_LENGTH);
    const end = space < 0 ? text.length : space;
    const passage = text.slice(start, end).trim();
    if (passage !== '') passages.push(passage);
    start = end;
  }
  return passages;
}
