import { describe, expect, it } from 'vitest';
import { isOwnScript } from '../../../../src/platform/pwa/trusted-types.ts';

const SITE = 'https://me.example/library/';

describe('isOwnScript', () => {
  it.each([
    'https://me.example/library/service-worker.js',
    'https://me.example/library/assets/core.worker-D5GRUcpU.js',
    'https://me.example/library/ort/ort-wasm-simd-threaded.asyncify.mjs',
    'assets/embed.worker-1O-b7r65.js',
  ])('accepts %s', (url) => {
    expect(isOwnScript(url, SITE)).toBe(true);
  });

  it.each([
    'https://evil.example/library/assets/core.worker-D5GRUcpU.js',
    'https://me.example/other/assets/core.worker-D5GRUcpU.js',
    'https://me.example/library/samples/notes.js',
    'https://me.example/library/assets/../samples/notes.js',
    'https://me.example/library/assets/deep/notes.js',
    'blob:https://me.example/0a-1b',
    'data:text/javascript,alert(1)',
    'http://',
  ])('refuses %s', (url) => {
    expect(isOwnScript(url, SITE)).toBe(false);
  });
});
