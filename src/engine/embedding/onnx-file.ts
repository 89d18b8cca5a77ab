import { InvalidInputError } from '../../domain/errors.ts';

/**
 * Just enough of the ONNX format to read a small graph: nodes with their integer attributes, and tensors as views into the file.
 * Field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 * Wire format: https://protobuf.dev/programming-guides/encoding/
 */
export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly tensors: ReadonlyMap<string, OnnxTensor>;
}

export interface OnnxNode {
  readonly op: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly integers: ReadonlyMap<string, number>;
}

export interface OnnxTensor {
  readonly dims: readonly number[];
  /** A number of TensorProto.DataType: 1 float, 22 int4. */
  readonly type: number;
  /** Little-endian, as in the file. */
  readonly raw: Uint8Array;
}

const MAX_NODES = 1000;
const MAX_DIMS = 8;

/** Reads a ModelProto. Throws `InvalidInputError` when lengths do not add up or the parts named above are missing. */
export function readOnnxFile(bytes: Uint8Array): OnnxGraph {
  let graph: Uint8Array | undefined;
  for (const field of fieldsOf(bytes)) if (field.number === 7) graph = bytesOf(field);
  if (graph === undefined) throw damagedModel('it holds no network');
  const nodes: OnnxNode[] = [];
  const tensors = new Map<string, OnnxTensor>();
  for (const field of fieldsOf(graph)) {
    if (field.number === 1) nodes.push(readNode(bytesOf(field)));
    if (field.number === 5) {
      const { name, tensor } = readTensor(bytesOf(field));
      if (tensors.has(name)) throw damagedModel('two of its parts have one name');
      tensors.set(name, tensor);
    }
    if (nodes.length > MAX_NODES || tensors.size > MAX_NODES) throw damagedModel('it has too many parts');
  }
  return { nodes, tensors };
}

export function damagedModel(what: string): InvalidInputError {
  return new InvalidInputError(
    `The file of the embedding model cannot be used: ${what}. Your library is not affected. ` +
      'Add the model again, or choose another in settings.',
  );
}

function readNode(bytes: Uint8Array): OnnxNode {
  let op = '';
  let domain = '';
  const inputs: string[] = [];
  const outputs: string[] = [];
  const integers = new Map<string, number>();
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1) inputs.push(textOf(field));
    if (field.number === 2) outputs.push(textOf(field));
    if (field.number === 4) op = textOf(field);
    if (field.number === 7) domain = textOf(field);
    if (field.number === 5) {
      let name = '';
      let value: number | undefined;
      for (const part of fieldsOf(bytesOf(field))) {
        if (part.number === 1) name = textOf(part);
        if (part.number === 3) value = integerOf(part);
      }
      if (value !== undefined) integers.set(name, value);
    }
  }
  return { op, domain, inputs, outputs, integers };
}

function readTensor(bytes: Uint8Array): { name: string; tensor: OnnxTensor } {
  let name = '';
  let type = 0;
  let raw: Uint8Array | undefined;
  const dims: number[] = [];
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1 && field.bytes === undefined) dims.push(integerOf(field));
    if (field.number === 1 && field.bytes !== undefined) readPacked(field.bytes, dims);
    if (field.number === 2) type = integerOf(field);
    if (field.number === 8) name = textOf(field);
    if (field.number === 9) raw = bytesOf(field);
    if (dims.length > MAX_DIMS) throw damagedModel('one of its tables has too many dimensions');
  }
  if (raw === undefined) throw damagedModel('the numbers of one of its tables lie elsewhere');
  return { name, tensor: { dims, type, raw } };
}

interface Field {
  readonly number: number;
  readonly integer: number | undefined;
  readonly bytes: Uint8Array | undefined;
}

function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  const cursor = { at: 0 };
  while (cursor.at < bytes.length) {
    const tag = readVarint(bytes, cursor);
    const number = Math.floor(tag / 8);
    const wireType = tag % 8;
    if (number === 0) throw damagedModel('it is not an ONNX file');
    if (wireType === 0) {
      yield { number, integer: readVarint(bytes, cursor), bytes: undefined };
      continue;
    }
    const length = wireType === 2 ? readVarint(bytes, cursor) : wireType === 5 ? 4 : wireType === 1 ? 8 : undefined;
    if (length === undefined) throw damagedModel('it is not an ONNX file');
    if (length > bytes.length - cursor.at) throw damagedModel('it is cut off');
    const value = bytes.subarray(cursor.at, cursor.at + length);
    cursor.at += length;
    yield { number, integer: undefined, bytes: wireType === 2 ? value : undefined };
  }
}

/** Seven bits a byte, lowest first. Numbers beyond 2⁵³ lose their last bits, and are refused wherever a size is meant. */
function readVarint(bytes: Uint8Array, cursor: { at: number }): number {
  let value = 0;
  let factor = 1;
  for (let length = 0; length < 10; length++) {
    const byte = bytes[cursor.at++];
    if (byte === undefined) throw damagedModel('it is cut off');
    value += (byte & 127) * factor;
    if (byte < 128) return value;
    factor *= 128;
  }
  throw damagedModel('it is not an ONNX file');
}

function readPacked(bytes: Uint8Array, into: number[]): void {
  const cursor = { at: 0 };
  while (cursor.at < bytes.length && into.length <= MAX_DIMS) into.push(readVarint(bytes, cursor));
}

function bytesOf({ bytes }: Field): Uint8Array {
  if (bytes === undefined) throw damagedModel('it is not an ONNX file');
  return bytes;
}

function integerOf({ integer }: Field): number {
  if (integer === undefined) throw damagedModel('it is not an ONNX file');
  return integer;
}

function textOf(field: Field): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytesOf(field));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw damagedModel('one of its names is damaged');
  }
}
