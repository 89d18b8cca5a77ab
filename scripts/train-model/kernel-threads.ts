import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import trainingBytes from '../../src/engine/kernels/embed-training.wasm.ts';
import gemmBytes from '../../src/engine/kernels/gemm.wasm.ts';

const MAX_ARGUMENTS = 16;
const PAGE_BYTES = 65536;
/** No function has this number: the thread ends. */
const END = -1;

interface Thread {
  readonly worker: Worker;
  readonly control: Int32Array;
  readonly callArguments: Float64Array;
}

/**
 * The training kernels on several threads over one memory. Calls wait until every thread is done. This thread is one of
 * them, so that one thread needs no other.
 */
export class KernelThreads {
  readonly memory: WebAssembly.Memory;
  readonly count: number;
  readonly #functions: Readonly<Record<string, (...callArguments: number[]) => unknown>>;
  readonly #names: readonly string[];
  readonly #others: readonly Thread[];

  constructor(count: number, memoryBytes: number) {
    const pages = Math.ceil(memoryBytes / PAGE_BYTES);
    this.memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
    this.count = count;
    const modules = [gemmBytes, trainingBytes].map((text) => new WebAssembly.Module(Buffer.from(text, 'base64')));
    const functions: Record<string, (...callArguments: number[]) => unknown> = {};
    for (const module of modules) {
      const { exports } = new WebAssembly.Instance(module, { env: { memory: this.memory } });
      for (const [name, value] of Object.entries(exports)) if (isFunction(value)) functions[name] = value;
    }
    this.#functions = functions;
    this.#names = Object.keys(functions);
    this.#others = Array.from({ length: count - 1 }, () => {
      const control = new Int32Array(new SharedArrayBuffer(16));
      const callArguments = new Float64Array(new SharedArrayBuffer(MAX_ARGUMENTS * 8));
      const worker = new Worker(join(import.meta.dirname, 'kernel-thread.mjs'), {
        workerData: { memory: this.memory, modules, names: this.#names, control, callArguments },
      });
      worker.unref();
      return { worker, control, callArguments };
    });
  }

  /** Runs a kernel's function on every thread, each with its own arguments, and waits for all. */
  run(name: string, argumentsOf: (thread: number) => readonly number[]): void {
    const call = this.#functions[name];
    if (call === undefined) throw new Error(`The kernels have no ${name}.`);
    this.#others.forEach(({ control, callArguments }, index) => {
      const given = argumentsOf(index + 1);
      callArguments.set(given);
      control[1] = this.#names.indexOf(name);
      control[2] = given.length;
      Atomics.add(control, 0, 1);
      Atomics.notify(control, 0);
    });
    call(...argumentsOf(0));
    for (const { control } of this.#others) {
      for (let done = Atomics.load(control, 3); done !== Atomics.load(control, 0); done = Atomics.load(control, 3)) {
        Atomics.wait(control, 3, done);
      }
    }
  }

  /** Runs a function once, on this thread, and returns what it returns. */
  call(name: string, ...callArguments: readonly number[]): number {
    return Number(this.#functions[name]?.(...callArguments));
  }

  async close(): Promise<void> {
    for (const { control } of this.#others) {
      control[1] = END;
      Atomics.add(control, 0, 1);
      Atomics.notify(control, 0);
    }
    await Promise.all(this.#others.map(({ worker }) => worker.terminate()));
  }
}

function isFunction(value: unknown): value is (...callArguments: number[]) => unknown {
  return typeof value === 'function';
}
