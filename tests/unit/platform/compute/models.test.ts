import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NotFoundError } from '../../../../src/domain/errors.ts';
import { DEFAULT_SETTINGS } from '../../../../src/domain/settings.ts';
import {
  hubFileUrl,
  isFileResponse,
  requiredPaths,
  siteFileUrl,
  weightsPath,
} from '../../../../src/domain/model-files.ts';
import {
  BUILT_IN_MODEL_ID,
  EMBEDDING_MODELS,
  findModel,
  isOnHub,
  isOutdatedKey,
  modelKey,
} from '../../../../src/platform/compute/models.ts';

describe('the models the app knows', () => {
  it('have names of their own and values in range', () => {
    const ids = EMBEDDING_MODELS.map(({ modelId }) => modelId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const model of EMBEDDING_MODELS) {
      expect(model.modelId).toMatch(/^[\w.-]+\/[\w.-]+$/);
      expect(model.dimensions).toBeGreaterThan(0);
      expect(model.maxTokens).toBeGreaterThanOrEqual(128);
      expect(model.sizeBytes).toBeGreaterThan(1_000_000);
      expect(model.relevanceFloor).toBeGreaterThan(0);
      expect(model.relevanceFloor).toBeLessThan(1);
      expect(model.licence).not.toBe('');
    }
  });

  it('contain the default of the settings, which every copy of the app carries in the size it states', () => {
    expect(DEFAULT_SETTINGS.embeddingModelId).toBe(BUILT_IN_MODEL_ID);
    const model = findModel(BUILT_IN_MODEL_ID);
    expect(isOnHub(model)).toBe(false);
    const folder = join(import.meta.dirname, '../../../../public/models', BUILT_IN_MODEL_ID);
    const sizeBytes = requiredPaths(model).reduce((sum, path) => sum + statSync(join(folder, path)).size, 0);
    expect(sizeBytes).toBeLessThanOrEqual(9_000_000);
    expect(Math.abs(model.sizeBytes - sizeBytes)).toBeLessThan(10_000);
    const digest = createHash('sha256')
      .update(readFileSync(join(folder, weightsPath(model))))
      .digest('hex');
    expect(model.revision, 'to be set to the new weights, so that old vectors are made anew').toBe(digest.slice(0, 8));
  });

  it('have prefixes that end where the text begins', () => {
    for (const { queryPrefix, passagePrefix } of EMBEDDING_MODELS) {
      for (const prefix of [queryPrefix, passagePrefix]) expect(prefix === '' || prefix.endsWith(': ')).toBe(true);
    }
  });

  it('refuse an unknown name', () => {
    expect(() => findModel('someone/else')).toThrow(NotFoundError);
  });

  it('tell vectors of an earlier version of a model from those of another model', () => {
    const model = findModel(BUILT_IN_MODEL_ID);
    expect(isOutdatedKey(modelKey({ ...model, revision: '00000000' }, 1), model, 1)).toBe(true);
    expect(isOutdatedKey(modelKey(model, 0), model, 1)).toBe(true);
    expect(isOutdatedKey(modelKey(model, 1), model, 1)).toBe(false);
    expect(isOutdatedKey(modelKey(findModel('Xenova/all-MiniLM-L6-v2'), 0), model, 1)).toBe(false);
  });

  it('have different keys for each model and each chunker', () => {
    const keys = EMBEDDING_MODELS.flatMap((model) => [modelKey(model, 1), modelKey(model, 2)]);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('the files of a model', () => {
  it('are looked for under the site and the hub by the same paths', () => {
    expect(requiredPaths(findModel('Xenova/all-MiniLM-L6-v2'))).toEqual([
      'config.json',
      'tokenizer.json',
      'onnx/model_quantized.onnx',
    ]);
    const id = 'Xenova/all-MiniLM-L6-v2';
    expect(siteFileUrl('https://a.example/app/', id, 'config.json')).toBe(
      'https://a.example/app/models/Xenova/all-MiniLM-L6-v2/config.json',
    );
    for (const hub of ['https://hub.example', 'https://hub.example/']) {
      expect(hubFileUrl(hub, id, 'config.json')).toBe(
        'https://hub.example/Xenova/all-MiniLM-L6-v2/resolve/main/config.json',
      );
    }
  });

  it('are not the page that a host sends in place of a missing file', () => {
    const respond = (mediaType: string, status = 200): Response =>
      new Response('', { status, headers: { 'Content-Type': mediaType } });
    expect(isFileResponse(respond('application/json'))).toBe(true);
    expect(isFileResponse(respond('text/html; charset=utf-8'))).toBe(false);
    expect(isFileResponse(respond('application/json', 404))).toBe(false);
  });
});
