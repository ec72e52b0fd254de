/** Whether an error is what TensorFlow says when the device or the machine has no memory left for a tensor. */
export function isOutOfMemory(error: unknown): boolean {
  return (
    error instanceof Error &&
    /OOM when allocating|RESOURCE_EXHAUSTED|Resource exhausted|failed to allocate memory/i.test(error.message)
  );
}
