import type { PassageVectors } from '../../../../src/domain/passage-vectors.ts';
import type { TokenTable } from '../../../../src/domain/token-alignment.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../../../src/domain/errors.ts';
import { idFromBytes, type ChunkId, type DocumentId, type SegmentId } from '../../../../src/domain/ids.ts';
import type { IndexableChunk, SearchOutcome, SearchRequest, SegmentLoad } from '../../../../workers/search/api.ts';
import { IdColumn } from '../../../../src/engine/id-column.ts';
import { SearchIndex } from '../../../../workers/search/search-index.ts';

const DIMENSIONS = 8;
const MODEL = 'test-model/8/1';

function numberedId<Id extends ChunkId | DocumentId | SegmentId>(number: number): Id {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setUint32(12, number);
  return idFromBytes<Id>(bytes);
}

interface TestChunk {
  readonly number: number;
  readonly document: number;
  readonly body: string;
  readonly vector: readonly number[];
}

const words = ['lamp', 'oil', 'storm', 'keeper', 'ledger', 'stairs', 'glass', 'fog', 'bell', 'tide'];

/** Chunk `number` is always the same: its words, vector and document follow from the number. */
function chunkNumbered(number: number): TestChunk {
  let state = Math.imul(number + 1, 2654435761) >>> 0;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const body = Array.from({ length: 3 + Math.floor(next() * 8) }, () => words[Math.floor(next() * words.length)]).join(
    ' ',
  );
  const vector = Array.from({ length: DIMENSIONS }, () => (number % 7 === 0 ? 0 : next() - 0.5));
  return { number, document: number % 5, body, vector };
}

function indexable({ number, body }: TestChunk): IndexableChunk {
  return { chunkId: numberedId(number), title: `Log ${number % 3}`, headings: '', body, fileName: 'log.md' };
}

/** One row each; a vector of zeros stands for none. */
function passagesOf(vectors: readonly (readonly number[])[]): PassageVectors {
  const isThere = (vector: readonly number[]): boolean => vector.some((value) => value !== 0);
  return {
    vectors: Float32Array.from(vectors.filter(isThere).flat()),
    rowCounts: Uint16Array.from(vectors, (vector) => (isThere(vector) ? 1 : 0)),
  };
}

async function loadOf(index: SearchIndex, segment: number, chunks: readonly TestChunk[]): Promise<SegmentLoad> {
  const passages = passagesOf(chunks.map(({ vector }) => vector));
  return {
    segmentId: numberedId(segment),
    chunkIds: chunks.map(({ number }) => numberedId(number)),
    documentIds: chunks.map(({ document }) => numberedId(document)),
    positions: Uint32Array.from(chunks, ({ number }) => number),
    tombstones: [],
    lexical: await index.buildLexical(chunks.map(indexable)),
    vectors: { modelKey: MODEL, dimensions: DIMENSIONS, ...(await index.buildVectors(passages, DIMENSIONS)) },
  };
}

async function indexOf(bodies: readonly string[]): Promise<SearchIndex> {
  const index = new SearchIndex();
  const chunks = bodies.map((body, number) => ({ ...chunkNumbered(number + 1), number, body }));
  await index.addSegment(await loadOf(index, 1, chunks));
  return index;
}

const base: SearchRequest = { query: 'storm lamp', k: 5, candidateCount: 50, diversity: 0, mode: 'lexical' };
const queryVector = Float32Array.from([0.3, -0.2, 0.5, 0.1, -0.4, 0.2, 0.6, -0.1]);
const hybrid: SearchRequest = { ...base, queryVector, modelKey: MODEL, mode: 'hybrid', diversity: 0.3 };

function essence({ hits, queryTerms }: SearchOutcome): unknown {
  return { hits, queryTerms };
}

function found({ hits }: SearchOutcome): number[] {
  return hits.map(({ chunkId }) => Number.parseInt(chunkId, 16));
}

describe('the search index', () => {
  it('answers like one rebuilt from what is alive, after adding, replacing and deleting in any order', async () => {
    const step = fc.oneof(
      fc.record({
        kind: fc.constant('add' as const),
        segment: fc.nat(3),
        chunks: fc.uniqueArray(fc.nat(29), { maxLength: 8 }),
      }),
      fc.record({ kind: fc.constant('bury' as const), chunks: fc.array(fc.nat(29), { maxLength: 6 }) }),
      fc.record({ kind: fc.constant('merge' as const), from: fc.nat(3), to: fc.nat(3) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), fc.integer({ min: 1, max: 12 }), async (steps, k) => {
        const index = new SearchIndex();
        const alive = new Map<number, Set<number>>();
        const bury = (numbers: Iterable<number>): void => {
          for (const number of numbers) for (const chunks of alive.values()) chunks.delete(number);
        };
        for (const action of steps) {
          if (action.kind === 'add') {
            alive.delete(action.segment);
            // As a library that is opened says of its segments: their ids are indexed later.
            const isKnownApart = ![...alive.values()].some((there) =>
              action.chunks.some((number) => there.has(number)),
            );
            const load = await loadOf(index, action.segment, action.chunks.map(chunkNumbered));
            await index.addSegment({ ...load, isKnownApart });
            bury(action.chunks);
            alive.set(action.segment, new Set(action.chunks));
          } else if (action.kind === 'bury') {
            await index.tombstone(action.chunks.map((number) => numberedId<ChunkId>(number)));
            bury(action.chunks);
          } else {
            const numbers = [...new Set([...(alive.get(action.from) ?? []), ...(alive.get(action.to) ?? [])])];
            const load = await loadOf(index, action.to, numbers.map(chunkNumbered));
            await index.replaceSegments([numberedId(action.from), numberedId(action.to)], [load]);
            alive.delete(action.from);
            alive.set(action.to, new Set(numbers));
          }
        }
        const rebuilt = new SearchIndex();
        const all = [...alive.values()].flatMap((numbers) => [...numbers]).map(chunkNumbered);
        await rebuilt.addSegment(await loadOf(rebuilt, 9, all));
        for (const request of [
          { ...base, k },
          { ...hybrid, k },
          { ...hybrid, k, mode: 'dense' as const, diversity: 0 },
        ]) {
          expect(essence(await index.search(request))).toEqual(essence(await rebuilt.search(request)));
        }
        expect((await index.statistics()).chunkCount).toBe(all.length);
      }),
      { seed: 1, numRuns: 120 },
    );
  });

  it('filters inside the scan: the first k of what is allowed, with the scores of an unfiltered search', async () => {
    const index = new SearchIndex();
    await index.addSegment(
      await loadOf(
        index,
        1,
        Array.from({ length: 60 }, (_, number) => chunkNumbered(number)),
      ),
    );
    await index.addSegment(
      await loadOf(
        index,
        2,
        Array.from({ length: 60 }, (_, number) => chunkNumbered(number + 60)),
      ),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.nat(6)),
        fc.constantFrom('lexical' as const, 'dense' as const),
        async (documents, mode) => {
          const request = { ...hybrid, mode, diversity: 0, k: 6 };
          const filter = { documentIds: documents.map((number) => numberedId<DocumentId>(number)) };
          const filtered = await index.search({ ...request, filter, candidateCount: 6 });
          const everything = await index.search({ ...request, k: 120, candidateCount: 120 });
          const allowed = everything.hits
            .filter(({ chunkId }) => documents.includes(Number.parseInt(chunkId, 16) % 5))
            .slice(0, 6);
          const plain = (hits: SearchOutcome['hits']): unknown =>
            hits.map(({ chunkId, lexicalScore, denseScore }) => ({ chunkId, lexicalScore, denseScore }));
          expect(plain(filtered.hits)).toEqual(plain(allowed));
        },
      ),
      { seed: 2, numRuns: 60 },
    );
  });

  it('finds the known item: an error code, a path, a name without its accents, a Chinese and a Thai phrase', async () => {
    const index = await indexOf([
      'Query failed with ORA-00942: table or view does not exist.',
      'Query failed with ORA-00943: cluster does not exist.',
      'Edit src/engine/lexical/tokenize.ts and run the checks.',
      'Zoë Müller kept the ledger in Łódź.',
      '黑豹队的防守只丢了 308分，在联赛中排名第六。',
      '野马队击败了匹兹堡钢人队。',
      'ยินดีต้อนรับสู่ประภาคาร',
      'Plain text about nothing in particular, does it exist?',
    ]);
    const first = async (query: string): Promise<number | undefined> =>
      found(await index.search({ ...base, query }))[0];
    expect(await first('what is ORA-00942')).toBe(0);
    expect(await first('ORA-00943?')).toBe(1);
    expect(await first('src\\engine\\lexical\\tokenize.ts')).toBe(2);
    expect(await first('zoe muller lodz')).toBe(3);
    expect(await first('防守')).toBe(4);
    expect(await first('匹兹堡')).toBe(5);
    expect(await first('ประภาคาร')).toBe(6);
  });

  it('leaves a question of which it knows only function words to meaning', async () => {
    const index = await indexOf(['the of and in the of', 'lamp', 'storm']);
    const unknown = { ...hybrid, query: 'what is the zeppelin of the archbishop', diversity: 0, k: 3 };
    const { hits, fusion } = await index.search(unknown);
    expect(fusion).toMatchObject({ method: 'meaning', meaningWeight: 1 });
    const byMeaning = await index.search({ ...unknown, mode: 'dense' });
    expect(hits.map(({ chunkId }) => chunkId)).toEqual(byMeaning.hits.map(({ chunkId }) => chunkId));
    // Without a vector it is the function words or nothing; and of words it knows, words have their say.
    expect((await index.search({ ...base, query: unknown.query })).hits.length).toBeGreaterThan(0);
    expect((await index.search({ ...unknown, query: 'what is the lamp' })).fusion.method).toBe('convex');
  });

  it('takes odd questions calmly', async () => {
    const index = await indexOf(['the lamp and the storm', 'to be or not to be', 'a.*b and c++ in one']);
    const search = (query: string, k = 5): Promise<SearchOutcome> => index.search({ ...base, query, k });
    for (const query of ['', '   ', '🔥', '?!', '\u0301', 'zebra']) expect((await search(query)).hits).toEqual([]);
    expect(found(await search('to be or not to be'))[0]).toBe(1);
    expect(found(await search('(a.*b|c++)[z]{2,}$'))[0]).toBe(2);
    expect(found(await search('lamp 灯 лампа مصباح'))[0]).toBe(0);
    expect((await search('lamp '.repeat(1000))).hits).toHaveLength(1);
    expect((await search('lamp storm', 1000)).hits).toHaveLength(1);
    expect((await search('lamp', 0)).hits).toEqual([]);
    const nothing = await index.search({ ...base, filter: { documentIds: [] } });
    expect(nothing.hits).toEqual([]);
    const stranger = await index.search({ ...base, filter: { documentIds: [numberedId(999)] } });
    expect(stranger.hits).toEqual([]);
    expect((await new SearchIndex().search(hybrid)).hits).toEqual([]);
  });

  it('says of each term how rare it is, 0 for one nobody has, and which terms each hit holds', async () => {
    const index = await indexOf(['lamp storm', 'lamp', 'oil']);
    const outcome = await index.search({ ...base, query: 'storm lamp zebra' });
    expect(outcome.queryTerms.map(({ term }) => term)).toEqual(['storm', 'lamp', 'zebra']);
    const [storm, lamp, zebra] = outcome.queryTerms.map(({ idf }) => idf);
    expect(storm).toBeGreaterThan(lamp ?? Infinity);
    expect(zebra).toBe(0);
    expect(outcome.hits[0]?.terms).toEqual(['storm', 'lamp']);
    expect(outcome.hits[0]?.lexicalRank).toBe(1);
    expect(outcome.timings.totalMs).toBeGreaterThanOrEqual(0);
  });

  it('searches by words where the question has no vector, and finds words whose vector is still to come', async () => {
    const index = await indexOf(['lamp storm', 'lamp', 'oil']);
    expect(found(await index.search({ ...base, mode: 'hybrid' }))).toEqual(found(await index.search(base)));
    const blank = new SearchIndex();
    const load = await loadOf(blank, 1, [chunkNumbered(0), chunkNumbered(7)]);
    await blank.addSegment(load);
    expect((await blank.search({ ...hybrid, query: words.join(' ') })).hits).toHaveLength(2);
    expect((await blank.statistics()).vectorCountByModelKey).toEqual({ [MODEL]: 0 });
  });

  it('keeps the vectors of two models apart', async () => {
    const index = new SearchIndex();
    const chunks = [1, 2, 3].map(chunkNumbered);
    await index.addSegment(await loadOf(index, 1, chunks));
    const built = await index.buildVectors(
      passagesOf([
        [1, 0],
        [0, 1],
        [1, 1],
      ]),
      2,
    );
    await index.setVectors(numberedId(1), { modelKey: 'other/2', dimensions: 2, ...built });
    const outcome = await index.search({
      ...hybrid,
      mode: 'dense',
      modelKey: 'other/2',
      queryVector: Float32Array.from([0, 1]),
    });
    expect(found(outcome)[0]).toBe(2);
    expect((await index.search({ ...hybrid, mode: 'dense' })).hits).toHaveLength(3);
    expect((await index.search({ ...hybrid, mode: 'dense', modelKey: 'unknown' })).hits).toEqual([]);
    const rows = await index.readVectors([numberedId(2), numberedId(77)], 'other/2');
    expect([...rows.vectors].map((value) => Math.round(value * 100) / 100)).toEqual([0, 1]);
    expect([...rows.rowCounts]).toEqual([1, 0]);
  });

  it('refuses what is malformed and stays as it was', async () => {
    const index = await indexOf(['lamp storm', 'lamp', 'oil']);
    const before = essence(await index.search(base));
    const good = await loadOf(index, 5, [chunkNumbered(40)]);
    const broken: SegmentLoad[] = [
      { ...good, lexical: good.lexical.slice(0, -4) },
      { ...good, lexical: new Uint8Array(64).fill(0xa5) },
      { ...good, chunkIds: [...IdColumn.of<ChunkId>(good.chunkIds).toArray(), numberedId<ChunkId>(41)] },
      { ...good, documentIds: [] },
      { ...good, tombstones: [1] },
      { ...good, vectors: { modelKey: MODEL, dimensions: 9, codes: good.vectors?.codes ?? new Uint8Array() } },
    ];
    for (const load of broken) {
      await expect(index.replaceSegments([numberedId(1)], [good, load])).rejects.toThrow(InvalidInputError);
    }
    const requests: SearchRequest[] = [
      { ...hybrid, queryVector: new Float32Array(3) },
      { ...hybrid, queryVector: Float32Array.from(queryVector, () => Number.NaN) },
      { ...base, mode: 'dense' },
      { ...base, k: Number.NaN },
      { ...base, diversity: 2 },
    ];
    for (const request of requests) await expect(index.search(request)).rejects.toThrow(InvalidInputError);
    expect(essence(await index.search(base))).toEqual(before);
  });
});

describe('alignment in the search index', () => {
  const DIMS = 32;
  const model = 'aligned/32';
  /** Token t points along axis t / 2, and a little along the next for odd ones: 0 and 1 mean nearly the same. */
  const table = (): TokenTable => {
    const packed = new Uint8Array((16 * DIMS) / 2);
    for (let token = 0; token < 16; token++) packed[(token * DIMS) / 2 + (token >> 1)] = token % 2 === 0 ? 0x07 : 0x27;
    return { rows: 16, dimensions: DIMS, packed, scales: new Float32Array(16).fill(1) };
  };
  const bodies = ['storm lamp', 'storm bell', 'storm glass', 'storm tide'];
  const ids = bodies.map((_, at) => numberedId<ChunkId>(at + 1));
  const tokenIds = [Uint16Array.of(2, 4), Uint16Array.of(1, 2), Uint16Array.of(0, 2), Uint16Array.of(6)];
  const passages: PassageVectors = {
    vectors: Float32Array.from(bodies.flatMap(() => Array.from({ length: DIMS }, (_, i) => (i === 0 ? 1 : 0.1)))),
    rowCounts: Uint16Array.of(1, 1, 1, 1),
    tokens: { ids: Uint16Array.from(tokenIds.flatMap((list) => [...list])), counts: Uint16Array.of(2, 2, 2, 1) },
  };
  const filled = async (): Promise<{ index: SearchIndex; exact: Uint8Array }> => {
    const index = new SearchIndex();
    const built = await index.buildVectors(passages, DIMS);
    await index.addSegment({
      segmentId: numberedId(1),
      chunkIds: ids,
      documentIds: ids.map((_, at) => numberedId(at)),
      tombstones: [],
      lexical: await index.buildLexical(
        bodies.map((body, at) => ({ chunkId: ids[at]!, title: '', headings: '', body, fileName: '' })),
      ),
      vectors: { modelKey: model, dimensions: DIMS, ...built },
    });
    return { index, exact: built.exact };
  };
  const request: SearchRequest = {
    query: 'storm',
    queryVector: Float32Array.from({ length: DIMS }, (_, i) => (i === 0 ? 1 : 0.1)),
    modelKey: model,
    k: 4,
    candidateCount: 10,
    diversity: 0,
    mode: 'hybrid',
  };
  const queryTokens = { ids: Uint16Array.of(0), weights: Float32Array.of(2) };

  it('raises passages whose words mean what the question says, and tells by how much', async () => {
    const { index } = await filled();
    await index.setTokenTable(model, table());
    const outcome = await index.search({ ...request, queryTokens });
    expect(found(outcome)).toEqual([3, 2, 1, 4]);
    const [best, next, last] = outcome.hits;
    expect(best?.alignment).toBeCloseTo(1, 5);
    expect(next?.alignment).toBeCloseTo(7 / Math.hypot(7, 2), 5);
    expect(last?.alignment).toBe(0);
    const { wordsPart = 0, meaningPart = 0, alignmentPart = 0 } = best?.why ?? {};
    expect(wordsPart + meaningPart + alignmentPart).toBeCloseTo(best?.score ?? NaN, 9);
    expect(outcome.timings.alignMs).toBeGreaterThanOrEqual(0);
  });

  it('leaves everything as it was without tokens, without a table, with a weight of 0, and for one retriever', async () => {
    const { index } = await filled();
    const plain = essence(await index.search(request));
    expect(essence(await index.search({ ...request, queryTokens }))).toEqual(plain);
    await index.setTokenTable(model, table());
    expect(essence(await index.search(request))).toEqual(plain);
    expect(essence(await index.search({ ...request, queryTokens, alignmentWeight: 0 }))).toEqual(plain);
    for (const mode of ['lexical', 'dense'] as const) {
      const { hits } = await index.search({ ...request, mode, queryTokens });
      expect(hits.every(({ alignment }) => alignment === undefined)).toBe(true);
    }
    await index.setTokenTable(model);
    expect(essence(await index.search({ ...request, queryTokens }))).toEqual(plain);
    await index.setTokenTable(model, table());
    await expect(index.search({ ...request, queryTokens, alignmentWeight: NaN })).rejects.toThrow(InvalidInputError);
  });

  it('waits for exact rows without moving anything, and asks for them', async () => {
    const { index, exact } = await filled();
    await index.setTokenTable(model, table());
    await index.setExact(numberedId(1), model);
    const without = await index.search({ ...request, queryTokens });
    expect(found(without)).toEqual([1, 2, 3, 4]);
    expect(without.wantedExact).toEqual([numberedId(1)]);
    await index.setExact(numberedId(1), model, exact);
    expect(found(await index.search({ ...request, queryTokens }))).toEqual([3, 2, 1, 4]);
  });

  it('gives tokens back with the vectors, so that copies keep them', async () => {
    const { index } = await filled();
    const copied = await index.readVectors([ids[2]!, numberedId(99), ids[3]!], model);
    expect([...copied.rowCounts]).toEqual([1, 0, 1]);
    expect(copied.tokens).toEqual({ ids: Uint16Array.of(0, 2, 6), counts: Uint16Array.of(2, 0, 1) });
    const built = await index.buildVectors(copied, DIMS);
    await index.addSegment({
      segmentId: numberedId(2),
      chunkIds: [ids[2]!, numberedId(99), ids[3]!],
      documentIds: [numberedId(2), numberedId(99), numberedId(3)],
      tombstones: [],
      lexical: await index.buildLexical(
        [3, 99, 4].map((number) => ({
          chunkId: numberedId(number),
          title: '',
          headings: '',
          body: 'storm',
          fileName: '',
        })),
      ),
      vectors: { modelKey: model, dimensions: DIMS, ...built },
    });
    expect((await index.readVectors([ids[2]!, ids[3]!], model)).tokens).toEqual({
      ids: Uint16Array.of(0, 2, 6),
      counts: Uint16Array.of(2, 1),
    });
  });
});
