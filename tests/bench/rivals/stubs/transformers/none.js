export function pipeline() {
  throw new Error('This stand-in makes no embeddings.');
}
