// A thread of the trainer: waits for a call, runs it in the memory all threads share, says that it is done. Plain
// JavaScript because Node starts it from this very file.
import { workerData } from 'node:worker_threads';

const { memory, modules, names, control, callArguments } = workerData;
const functions = {};
for (const module of modules) {
  Object.assign(functions, new WebAssembly.Instance(module, { env: { memory } }).exports);
}

// control: [0] number of the call, [1] function, [2] number of arguments, [3] number of the call last done
for (let done = 0; ;) {
  Atomics.wait(control, 0, done);
  done = Atomics.load(control, 0);
  const call = functions[names[control[1]]];
  if (call === undefined) break;
  call(...callArguments.subarray(0, control[2]));
  Atomics.store(control, 3, done);
  Atomics.notify(control, 3);
}
