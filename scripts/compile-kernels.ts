import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

const ROOT = join(import.meta.dirname, '..');
/** Sources in `assembly/`; beside it, for each, the module that carries the compiled code. */
export const KERNEL_FOLDER = join(ROOT, 'src/engine/kernels');

/** Kernels whose memory several threads use at once; the others' is their own. */
const SHARED_MEMORY = new Set(['gemm', 'embed-training']);

/** Kernels that have a second build with relaxed SIMD, which not every browser runs. */
const RELAXED_KERNELS: readonly string[] = ['scan'];
const RELAXED = '-relaxed';

/** Names of the kernels: the source files in `assembly/`, and their second builds. */
export function kernelNames(): string[] {
  return readdirSync(join(KERNEL_FOLDER, 'assembly'))
    .filter((name) => name.endsWith('.ts'))
    .map((name) => name.slice(0, -3))
    .flatMap((name) => (RELAXED_KERNELS.includes(name) ? [name, name + RELAXED] : [name]))
    .sort();
}

/** Where the compiled kernel is kept. */
export function kernelModulePath(name: string): string {
  return join(KERNEL_FOLDER, `${name}.wasm.ts`);
}

/**
 * Compiles one kernel from AssemblyScript and returns the text of the module that carries it, in base64: a worker
 * that may not fetch can still start it. Memory is imported as `env.memory`; a kernel allocates nothing and keeps no
 * state of its own. Throws with the compiler's words. The outcome depends on the source and the compiler alone.
 */
export function compileKernel(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'kernel-'));
  try {
    const outFile = join(folder, 'kernel.wasm');
    const flags = ['--importMemory', '--initialMemory', '1', '--runtime', 'stub', '--noAssert'];
    const features = ['--enable', 'simd', '--enable', 'bulk-memory'];
    const source = name.endsWith(RELAXED) ? name.slice(0, -RELAXED.length) : name;
    const relaxing = ['--enable', 'relaxed-simd'];
    const sharing = ['--sharedMemory', '--maximumMemory', '65536', '--enable', 'threads'];
    const optimise = ['--optimizeLevel', '3', '--shrinkLevel', '0', '--converge'];
    execFileSync(
      process.execPath,
      [
        join(ROOT, 'node_modules/assemblyscript/bin/asc.js'),
        `src/engine/kernels/assembly/${source}.ts`,
        '--outFile',
        outFile,
        ...flags,
        ...features,
        ...(name === source ? [] : relaxing),
        ...(SHARED_MEMORY.has(name) ? sharing : []),
        ...optimise,
      ],
      { cwd: ROOT, stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' },
    );
    const text = readFileSync(outFile).toString('base64');
    return `// Written by \`npm run kernels\` from assembly/${source}.ts; not edited by hand.\nexport default '${text}';\n`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
