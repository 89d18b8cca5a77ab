import type { ChunkingSettings } from '../../src/domain/settings.ts';
import type { ExtractProblem } from '../../src/domain/extracted.ts';
import { chunkDocument } from '../../src/engine/chunking/chunk-document.ts';
import type { ExtractApi, ExtractFinish, ExtractInput, ExtractOpening } from './api.ts';
import { detectFormat, formatByName, type DetectedFormat } from './detect-format.ts';
import { damaged, ExtractFailure } from './extract-failure.ts';
import type { ExtractLimits } from './limits.ts';
import { loadReader } from './load-reader.ts';
import { withWarnings, type OpenSource } from './reader.ts';

export interface ExtractorOptions {
  readonly limits: ExtractLimits;
  readonly loadCMap: (name: string) => Promise<Uint8Array>;
  /** Called once the libraries a file needs are loaded, before any of them sees it. */
  readonly beforeReading?: () => void;
}

/** Reads one file, whatever it is. Nothing in a file makes it throw: that is what
 * problems are for. It rejects when the program's own parts cannot be loaded. */
export function createExtractor({ limits, loadCMap, beforeReading }: ExtractorOptions): ExtractApi {
  let source: OpenSource | undefined;
  let detected: DetectedFormat | undefined;
  let problem: ExtractProblem | undefined;

  const refused = (error: unknown): ExtractOpening => {
    problem = problemFrom(error);
    return { kind: 'problem', problem };
  };

  return {
    async prepare(path: string): Promise<void> {
      const format = formatByName(path);
      if (format !== undefined) await loadReader(format);
    },

    async open({ bytes, path, mediaType }: ExtractInput): Promise<ExtractOpening> {
      try {
        if (bytes.byteLength > limits.fileBytes) throw tooLarge(limits.fileBytes);
        detected = detectFormat(new Uint8Array(bytes), path, mediaType);
      } catch (error) {
        return refused(error);
      }
      const openReader = await loadReader(detected.format);
      beforeReading?.();
      try {
        source = await openReader({ bytes: new Uint8Array(bytes), path, format: detected.format, limits, loadCMap });
        return { kind: 'ready', unit: source.unit, unitCount: source.unitCount };
      } catch (error) {
        return refused(error);
      }
    },

    async readUnit(index: number): Promise<void> {
      if (!source || problem) return;
      try {
        await source.readUnit(index);
      } catch (error) {
        problem = problemFrom(error);
      }
    },

    async finish(chunking: ChunkingSettings): Promise<ExtractFinish> {
      if (problem) return { outcome: { kind: 'problem', problem }, chunks: [] };
      if (!source || !detected) throw new Error('finish() was called before open()');
      try {
        const document = withWarnings(source.finish(), detected.warnings);
        return { outcome: { kind: 'extracted', document }, chunks: chunkDocument(document, chunking) };
      } catch (error) {
        return { outcome: { kind: 'problem', problem: problemFrom(error) }, chunks: [] };
      }
    },
  };
}

function problemFrom(error: unknown): ExtractProblem {
  return (error instanceof ExtractFailure ? error : damaged('Its inner structure does not hold together.', error))
    .problem;
}

function tooLarge(fileBytes: number): ExtractFailure {
  return new ExtractFailure(
    'too-large',
    `This file was not read: it is larger than ${Math.round(fileBytes / 1024 / 1024)} MB, the most this device can read safely. ` +
      'Nothing else was affected. Split it into smaller files and add those.',
  );
}
