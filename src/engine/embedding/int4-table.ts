import { damagedModel, readOnnxFile, type OnnxTensor } from './onnx-file.ts';

const FLOAT = 1;
const INT4 = 22;
const MAX_ROWS = 1_000_000;
const MAX_DIMENSIONS = 4096;
/** Dimensions come in lots that fill a vector register with 4-bit numbers. */
const DIMENSION_STEP = 32;

/** One row of 4-bit numbers and one scale per token: value = number × scale. */
export interface Int4Table {
  readonly rows: number;
  readonly dimensions: number;
  /** Two numbers a byte, the lower half first, two's complement; a view into the file. */
  readonly packed: Uint8Array;
  readonly scales: Float32Array;
}

/**
 * Finds the table in an ONNX file whose whole network is one `GatherBlockQuantized`
 * (https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md) with a block as long as a row. Throws `InvalidInputError` for any other file, and
 * for scales that are not finite.
 */
export function readInt4Table(onnxBytes: Uint8Array): Int4Table {
  const { nodes, tensors } = readOnnxFile(onnxBytes);
  const [node, ...others] = nodes;
  if (node === undefined || others.length > 0 || node.op !== 'GatherBlockQuantized') {
    throw damagedModel('it is not a table of word vectors');
  }
  const [tableName = '', indexName = '', scalesName = '', ...more] = node.inputs;
  const table = tensors.get(tableName);
  const scales = tensors.get(scalesName);
  if (table === undefined || scales === undefined || tensors.has(indexName) || more.length > 0) {
    throw damagedModel('its table of word vectors is missing');
  }
  const [rows = 0, dimensions = 0] = table.dims;
  const isShapeRight =
    table.type === INT4 &&
    table.dims.length === 2 &&
    rows >= 1 &&
    rows <= MAX_ROWS &&
    dimensions >= DIMENSION_STEP &&
    dimensions <= MAX_DIMENSIONS &&
    dimensions % DIMENSION_STEP === 0 &&
    table.raw.length === (rows * dimensions) / 2;
  const { integers } = node;
  const isBlockRight =
    (integers.get('gather_axis') ?? 0) === 0 &&
    (integers.get('quantize_axis') ?? 1) === 1 &&
    (integers.get('bits') ?? 4) === 4 &&
    (integers.get('block_size') ?? 128) === dimensions;
  if (!isShapeRight || !isBlockRight) throw damagedModel('its table of word vectors is of another shape');
  return { rows, dimensions, packed: table.raw, scales: readScales(scales, rows) };
}

function readScales({ type, dims, raw }: OnnxTensor, rows: number): Float32Array {
  const count = dims.reduce((product, size) => product * size, 1);
  if (type !== FLOAT || count !== rows || raw.length !== rows * 4) {
    throw damagedModel('its word vectors and their scales do not belong together');
  }
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const scales = Float32Array.from({ length: rows }, (_, row) => view.getFloat32(row * 4, true));
  if (!scales.every((scale) => Number.isFinite(scale))) throw damagedModel('it holds values that are not numbers');
  return scales;
}
