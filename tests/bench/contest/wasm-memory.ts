const memories = new Set<WebAssembly.Memory>();

/** From now on every WebAssembly memory of this worker is counted. Call it before any module is instantiated. */
export function watchWasmMemory(): void {
  const { instantiate, instantiateStreaming, Instance, Memory } = WebAssembly;
  const collect = (exports: WebAssembly.Exports): void => {
    for (const value of Object.values(exports)) if (value instanceof Memory) memories.add(value);
  };
  const collectResult = <Result extends WebAssembly.Instance | WebAssembly.WebAssemblyInstantiatedSource>(
    result: Result,
  ): Result => {
    collect('instance' in result ? result.instance.exports : result.exports);
    return result;
  };
  Object.assign(WebAssembly, {
    instantiate: async (source: BufferSource, imports?: WebAssembly.Imports) =>
      collectResult(await instantiate(source, imports)),
    instantiateStreaming: async (source: Response, imports?: WebAssembly.Imports) =>
      collectResult(await instantiateStreaming(source, imports)),
    Instance: class extends Instance {
      constructor(module: WebAssembly.Module, imports?: WebAssembly.Imports) {
        super(module, imports);
        collect(this.exports);
      }
    },
    Memory: class extends Memory {
      constructor(descriptor: WebAssembly.MemoryDescriptor) {
        super(descriptor);
        memories.add(this);
      }
    },
  });
}

/** Bytes of all WebAssembly memories that this worker has made, as far as they have grown. */
export function wasmMemoryBytes(): number {
  let bytes = 0;
  for (const memory of memories) bytes += memory.buffer.byteLength;
  return bytes;
}
