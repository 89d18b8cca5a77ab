import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compileKernel, kernelModulePath, kernelNames } from '../../../scripts/compile-kernels.ts';

describe('compiled kernels', () => {
  it.each(kernelNames())(
    '%s in the repository is what its source compiles to',
    (name) => {
      expect(readFileSync(kernelModulePath(name), 'utf8')).toBe(compileKernel(name));
      // The compiler takes its time on a busy machine.
    },
    180_000,
  );
});
