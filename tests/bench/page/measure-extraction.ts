import { ComputeExtractor } from '../../../src/platform/compute/compute-extractor.ts';
import type { ChunkingSettings } from '../../../src/domain/settings.ts';
import type { ExtractFinish } from '../../../workers/extract/api.ts';
import { createExtractor } from '../../../workers/extract/extractor.ts';
import { DESKTOP_LIMITS } from '../../../workers/extract/limits.ts';
import { loadCMap } from '../../../workers/extract/load-cmap.ts';
import type { Figure } from '../figure.ts';

export interface ExtractionRequest {
  readonly name: string;
  readonly urls: readonly string[];
  readonly chunking: ChunkingSettings;
}

/**
 * Files of one kind, read and cut into chunks: once in one thread that has its reader loaded (what the parser can do)
 * and once as the app does it, each file in a worker of its own.
 */
export async function measureExtraction({ name, urls, chunking }: ExtractionRequest): Promise<Figure[]> {
  const files = await Promise.all(
    urls.map(async (url) => ({ path: decodeURIComponent(new URL(url).pathname), bytes: await fetchBytes(url) })),
  );
  const first = files[0];
  if (first === undefined) return [];
  const readHere = async (path: string, bytes: ArrayBuffer): Promise<ExtractFinish> => {
    const extractor = createExtractor({ limits: DESKTOP_LIMITS, loadCMap });
    const opening = await extractor.open({ bytes, path, mediaType: '' });
    if (opening.kind === 'ready') {
      for (let index = 0; index < opening.unitCount; index++) await extractor.readUnit(index);
    }
    return extractor.finish(chunking);
  };
  const extractor = new ComputeExtractor(2);
  const { signal } = new AbortController();
  const readApart = (path: string, bytes: ArrayBuffer): Promise<ExtractFinish> =>
    extractor.extract({ bytes, path, mediaType: '' }, chunking, { signal });

  const figures: Figure[] = [];
  for (const [way, read] of [
    ['in one thread', readHere],
    ['a worker each', readApart],
  ] as const) {
    // The first reading loads the reader and is not counted.
    await read(first.path, first.bytes.slice(0));
    let ms = 0;
    let bytes = 0;
    let textLength = 0;
    let chunkCount = 0;
    let refusedCount = 0;
    for (const file of files) {
      const copy = file.bytes.slice(0);
      const startedAt = performance.now();
      const { outcome, chunks } = await read(file.path, copy);
      const took = performance.now() - startedAt;
      if (outcome.kind === 'problem') {
        refusedCount++;
        continue;
      }
      ms += took;
      bytes += file.bytes.byteLength;
      textLength += outcome.document.text.length;
      chunkCount += chunks.length;
    }
    const fileCount = files.length - refusedCount;
    if (fileCount === 0) continue;
    const refused = refusedCount === 0 ? '' : `; ${refusedCount} more were refused as damaged, locked or without text`;
    figures.push({
      bench: 'extract',
      name: `${name}, ${way}`,
      n: fileCount,
      bytes,
      mbPerSecond: bytes / 1000 / ms,
      filesPerSecond: (fileCount * 1000) / ms,
      chunksPerSecond: (chunkCount * 1000) / ms,
      note: `${(textLength / 1e6).toFixed(2)} M characters of text, ${chunkCount} chunks${refused}`,
    });
  }
  extractor.dispose();
  return figures;
}

async function fetchBytes(url: string): Promise<ArrayBuffer> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}.`);
  return response.arrayBuffer();
}
