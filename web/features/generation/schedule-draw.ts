/** A frame of the screen, in ms. */
const FRAME = 16;
/** So many characters of an answer put off the next drawing by one ms. */
const CHARACTERS_PER_MS = 1_000;

/**
 * Draws at the next frame; an answer of so many characters later, in proportion: what drawing it
 * costs then stays the same share of the time, however long it gets.
 * @returns how to call it off.
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
