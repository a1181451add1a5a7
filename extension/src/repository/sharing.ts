// Answers callers who ask the same while the answer is on its way with one answer: three views that refresh together
// read the tags once.
export function sharing<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined;
  return () => {
    asked ??= ask().finally(() => {
      asked = undefined;
    });
    return asked;
  };
}
