/** One frame, in ms. */
const FRAME = 16;
/** Characters of an answer per ms of drawing delay. */
const CHARACTERS_PER_MS = 1_000;

/**
 * Draws at the next frame, or for a long answer later, in proportion to its length, so that drawing takes a
 * constant share of the time.
 * @returns a function that cancels it.
 */
export function scheduleDraw(length: number, draw: () => void): () => void {
  const wait = length / CHARACTERS_PER_MS;
  if (wait <= FRAME) {
    const frame = requestAnimationFrame(draw);
    return () => cancelAnimationFrame(frame);
  }
  const timer = setTimeout(draw, wait);
  return () => clearTimeout(timer);
}
