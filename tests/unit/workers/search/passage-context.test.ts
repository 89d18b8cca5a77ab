import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../../../src/domain/errors.ts';
import { idFromBytes, type ChunkId, type DocumentId, type SegmentId } from '../../../../src/domain/ids.ts';
import type { SearchOutcome, SearchRequest, SegmentLoad } from '../../../../workers/search/api.ts';
import { SearchIndex } from '../../../../workers/search/search-index.ts';

const DIMENSIONS = 8;
const MODEL = 'test-model/8/1';

function numberedId<Id extends ChunkId | DocumentId | SegmentId>(number: number): Id {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setUint32(12, number);
  return idFromBytes<Id>(bytes);
}

interface Passage {
  readonly number: number;
  readonly document: number;
  readonly position: number;
  readonly body: string;
}

/** Like the question's vector in its first dimension only as far as it speaks of storms. */
function vectorOf({ number, body }: Passage): number[] {
  const near = body.includes('storm') ? 0.6 : 0.05;
  return Array.from({ length: DIMENSIONS }, (_, at) => (at === 0 ? near : at === 1 + (number % 7) ? 0.8 : 0));
}

async function loadOf(index: SearchIndex, segment: number, passages: readonly Passage[]): Promise<SegmentLoad> {
  const vectors = {
    vectors: Float32Array.from(passages.flatMap(vectorOf)),
    rowCounts: new Uint16Array(passages.length).fill(1),
  };
  return {
    segmentId: numberedId(segment),
    chunkIds: passages.map(({ number }) => numberedId(number)),
    documentIds: passages.map(({ document }) => numberedId(document)),
    positions: Uint32Array.from(passages, ({ position }) => position),
    tombstones: [],
    lexical: await index.buildLexical(
      passages.map(({ number, body }) => ({
        chunkId: numberedId(number),
        title: '',
        headings: '',
        body,
        fileName: '',
      })),
    ),
    vectors: { modelKey: MODEL, dimensions: DIMENSIONS, ...(await index.buildVectors(vectors, DIMENSIONS)) },
  };
}

/** A talk about a storm, in which “since last Tuesday” answers what was asked before, among notes that stand alone. */
const TALK: readonly Passage[] = [
  'Good morning to you',
  'When did the storm begin at the lighthouse',
  'Since last Tuesday with my sister',
  'Oh dear',
  'Have you eaten',
].map((body, position) => ({ number: 100 + position, document: 1, position, body }));
const NOTES: readonly Passage[] = Array.from({ length: 40 }, (_, at) => ({
  number: 200 + at,
  document: 200 + at,
  position: 0,
  body: at % 9 === 0 ? `the keeper ${at} wrote of fog and a storm` : `note ${at} of oil and lamps and bells`,
}));
const ANSWER = 102;

const request: SearchRequest = {
  query: 'storm begin lighthouse',
  queryVector: Float32Array.from([1, 0, 0, 0, 0, 0, 0, 0]),
  modelKey: MODEL,
  k: 12,
  // Few: only what stands next to a hit brings the answer in.
  candidateCount: 4,
  diversity: 0,
  mode: 'hybrid',
};

function found({ hits }: SearchOutcome): number[] {
  return hits.map(({ chunkId }) => Number.parseInt(chunkId, 16));
}

async function indexOf(...segments: readonly (readonly Passage[])[]): Promise<SearchIndex> {
  const index = new SearchIndex();
  for (const [at, passages] of segments.entries()) await index.addSegment(await loadOf(index, at + 1, passages));
  return index;
}

describe('context in a search', () => {
  it('brings in the passage beside a hit that neither list found, and says how much came from around it', async () => {
    const index = await indexOf([...NOTES, ...TALK]);
    const outcome = await index.search(request);
    expect(found(outcome)[0]).toBe(101);
    const answer = outcome.hits.find(({ chunkId }) => Number.parseInt(chunkId, 16) === ANSWER);
    expect(answer?.lexicalRank ?? answer?.denseRank).toBeUndefined();
    const { wordsPart = 0, meaningPart = 0, contextPart = 0 } = answer?.why ?? {};
    expect(contextPart).toBeGreaterThan(wordsPart + meaningPart);
    expect(wordsPart + meaningPart + contextPart).toBeCloseTo(answer?.score ?? 0, 9);
    expect(found(await index.search({ ...request, contextStrength: 0 }))).not.toContain(ANSWER);
    expect(found(await index.search({ ...request, mode: 'lexical' }))).not.toContain(ANSWER);
  });

  it('is the same however the passages of a document are spread over segments', async () => {
    const whole = await (await indexOf([...NOTES, ...TALK])).search(request);
    const [first, second, third, fourth, fifth] = TALK;
    const layouts = [
      [TALK, NOTES],
      [TALK.slice(0, 2), NOTES, TALK.slice(2)],
      [TALK.slice(2), [...NOTES, ...TALK.slice(0, 2)]],
      [[fourth!, second!], [...NOTES, fifth!, first!], [third!]],
    ];
    for (const layout of layouts) expect((await (await indexOf(...layout)).search(request)).hits).toEqual(whole.hits);
  });

  it('follows a document through replaced and removed segments', async () => {
    const whole = await (await indexOf([...NOTES, ...TALK])).search(request);
    const index = await indexOf(TALK.slice(0, 2), NOTES, TALK.slice(2));
    await index.replaceSegments([numberedId(1), numberedId(3)], [await loadOf(index, 4, TALK)]);
    expect((await index.search(request)).hits).toEqual(whole.hits);
    await index.replaceSegments([numberedId(4)], []);
    expect(found(await index.search(request)).filter((number) => number < 200)).toEqual([]);
  });

  it('looks past a deleted passage to the next one alive', async () => {
    for (const layout of [[[...NOTES, ...TALK]], [TALK.slice(0, 3), [...NOTES, ...TALK.slice(3)]]]) {
      const index = await indexOf(...layout);
      await index.tombstone([numberedId(ANSWER)]);
      const numbers = found(await index.search(request));
      expect(numbers).toContain(103);
      expect(numbers).not.toContain(ANSWER);
    }
  });

  it('never brings in what a filter, an excluded word or a phrase leaves out', async () => {
    const index = await indexOf([...NOTES, ...TALK]);
    const notes = NOTES.map(({ document }) => numberedId<DocumentId>(document));
    expect(found(await index.search({ ...request, filter: { documentIds: notes } }))).not.toContain(ANSWER);
    expect(found(await index.search({ ...request, excluded: ['sister'] }))).not.toContain(ANSWER);
    expect(found(await index.search({ ...request, phrases: ['storm begin'] }))).toEqual([101]);
  });

  it('changes nothing in a library of documents of one passage, or where their order is not known', async () => {
    const single = TALK.map((passage) => ({ ...passage, document: passage.number, position: 0 }));
    const index = await indexOf([...NOTES, ...single]);
    const plain = await index.search({ ...request, contextStrength: 0 });
    expect((await index.search(request)).hits).toEqual(plain.hits);
    const unordered = new SearchIndex();
    const { positions: _, ...load } = await loadOf(unordered, 1, [...NOTES, ...TALK]);
    await unordered.addSegment(load);
    expect((await unordered.search(request)).hits).toEqual(plain.hits);
  });

  it('refuses positions that do not fit, and a weight that is none', async () => {
    const index = new SearchIndex();
    const load = await loadOf(index, 1, TALK);
    await expect(index.addSegment({ ...load, positions: new Uint32Array(2) })).rejects.toThrow(InvalidInputError);
    await index.addSegment(load);
    await expect(index.search({ ...request, contextStrength: -1 })).rejects.toThrow(InvalidInputError);
  });
});
