/** More than a loaded machine needs; only a test that fails waits this long. */
const BOUND_MS = 30_000;
const EVERY_MS = 20;

/**
 * Waits until something holds.
 * @param what is expected, in words, for the error when it does not come true.
 * @param holds asked again and again; what it throws ends the wait.
 * @returns what `holds` returned at last.
 */
export async function eventually<T>(
  what: string,
  holds: () => Promise<T> | T,
  boundMs = BOUND_MS,
): Promise<T> {
  const deadline = performance.now() + boundMs;
  for (;;) {
    const found = await holds();
    if (found !== false && found !== undefined && found !== null) return found;
    if (performance.now() > deadline) throw new Error(`In ${boundMs} ms it did not come: ${what}`);
    await Bun.sleep(EVERY_MS);
  }
}
