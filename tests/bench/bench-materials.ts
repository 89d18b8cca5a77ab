import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { EmbeddingModel } from '../../src/domain/embedding-model.ts';
import type { ChunkingSettings } from '../../src/domain/settings.ts';
import { findModel } from '../../src/platform/compute/models.ts';
import { writeRandomBert, writeTinyModel } from '../../scripts/make-tiny-model.ts';
import { createExtractor } from '../../workers/extract/extractor.ts';
import { DESKTOP_LIMITS } from '../../workers/extract/limits.ts';
import { findMaterial, listFiles } from '../fixtures/material.ts';
import { MADE_FORMATS, makeFile, makeFolder } from './made-files.ts';

/** Files of one kind below an overlay of the bench's server. */
export interface FileGroup {
  readonly name: string;
  /** Paths below the site, not yet escaped for a URL. */
  readonly paths: readonly string[];
}

const STATIC_MODEL_ID = 'minishlab/potion-base-2M';
const LARGEST_FILE_BYTES = 3_000_000;

/** The model that libraries are embedded with here: the real one if the material has it, else one of the same shape. */
export function prepareStaticModel(modelsFolder: string): { name: string; model: EmbeddingModel; folder: string } {
  const real = findMaterial('models', STATIC_MODEL_ID, 'onnx', 'model_quantized.onnx');
  const model = findModel(STATIC_MODEL_ID);
  if (real !== undefined) return { name: basename(STATIC_MODEL_ID), model, folder: join(dirname(real), '../../..') };
  writeTinyModel(modelsFolder, { modelId: STATIC_MODEL_ID, dimensions: model.dimensions, seed: 3 });
  return { name: 'made static model', model, folder: modelsFolder };
}

/** A model that computes what the default one does, with weights that mean nothing; in `<modelsFolder>/bench/`. */
export function prepareTransformer(modelsFolder: string): { name: string; model: EmbeddingModel } {
  const model = writeRandomBert(modelsFolder, { modelId: 'bench/minilm-shape', seed: 3, dtype: 'q8' });
  return { name: 'MiniLM shape, q8', model };
}

/** Writes files of every format the app reads, `count` of each, and returns them by format. */
export function writeMadeFiles(folder: string, count: number, length: number): FileGroup[] {
  return MADE_FORMATS.map((format) => ({
    name: `made ${format}`,
    paths: Array.from({ length: count }, (_, seed) => {
      const { path, bytes } = makeFile(format, seed, length);
      writeFile(join(folder, path), bytes);
      return path;
    }),
  }));
}

/** Real files by kind, at most `count` of each, none larger than 3 MB; empty where there are none on this machine. */
export function realFiles(count: number): FileGroup[] {
  const groups = [
    { name: 'real Markdown vault', folder: 'vault/obsidian-help-en', ending: '.md' },
    { name: 'real PDF', folder: 'pdf', ending: '.pdf' },
    { name: 'real DOCX', folder: 'docx', ending: '.docx' },
    { name: 'real HTML', folder: 'html', ending: '.html' },
  ];
  return groups.flatMap(({ name, folder, ending }) => {
    const path = findMaterial('docs', folder);
    if (path === undefined) return [];
    const names = listFiles(path, ending).filter((file) => statSync(join(path, file)).size <= LARGEST_FILE_BYTES);
    return [{ name, paths: names.slice(0, count).map((file) => `material/docs/${folder}/${file}`) }];
  });
}

/** Writes a folder for the app to import and counts the chunks it will make of it. */
export async function writeImportFolder(
  folder: string,
  fileCount: number,
  length: number,
  chunking: ChunkingSettings,
): Promise<{ paths: string[]; chunkCount: number }> {
  const paths: string[] = [];
  let chunkCount = 0;
  for (const { path, bytes } of makeFolder(fileCount, length)) {
    const target = join(folder, path.replaceAll('/', '-'));
    writeFile(target, bytes);
    paths.push(target);
    chunkCount += await countChunks(target, chunking);
  }
  return { paths, chunkCount };
}

async function countChunks(path: string, chunking: ChunkingSettings): Promise<number> {
  const extractor = createExtractor({ limits: DESKTOP_LIMITS, loadCMap: () => Promise.reject(new Error(path)) });
  const bytes = new Uint8Array(readFileSync(path)).buffer;
  const opening = await extractor.open({ bytes, path, mediaType: '' });
  if (opening.kind === 'problem') throw new Error(`${path}: ${opening.problem.message}`);
  for (let index = 0; index < opening.unitCount; index++) await extractor.readUnit(index);
  const { outcome, chunks } = await extractor.finish(chunking);
  if (outcome.kind === 'problem') throw new Error(`${path}: ${outcome.problem.message}`);
  return chunks.length;
}

function writeFile(path: string, bytes: Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
}
