// `npm run kernels`: compiles the AssemblyScript in src/engine/kernels/assembly/. The outcome is kept in the repository,
// so that neither the build nor a test needs the compiler; a test compiles again and compares.
import { writeFileSync } from 'node:fs';
import { compileKernel, kernelModulePath, kernelNames } from './compile-kernels.ts';

for (const name of kernelNames()) {
  writeFileSync(kernelModulePath(name), compileKernel(name));
  process.stdout.write(`${name}\n`);
}
