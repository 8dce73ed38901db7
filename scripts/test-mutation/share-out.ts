/**
 * Lets workers take from one list until it is empty. Where one fails, nothing is left for the others.
 *
 * @throws What the first of them failed with, once all have ended.
 */
export async function shareOut<T>(
  items: readonly T[],
  workers: number,
  work: (left: T[]) => Promise<void>,
): Promise<void> {
  const left = [...items];
  const errors: unknown[] = [];
  const worker = () =>
    work(left).catch((error: unknown) => {
      errors.push(error);
      left.length = 0;
    });
  await Promise.all(Array.from({ length: workers }, worker));
  if (errors.length > 0) throw errors[0];
}
