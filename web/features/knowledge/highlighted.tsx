import type { JSX } from "preact";

type Span = { start: number; end: number };

/** Text with marked spans; offsets are UTF-16 units of the given text. Overlaps are merged. */
export function cutSpans(
  text: string,
  spans: readonly Span[],
): { text: string; marked: boolean }[] {
  const pieces: { text: string; marked: boolean }[] = [];
  let at = 0;
  for (const span of [...spans].sort((a, b) => a.start - b.start)) {
    const start = Math.max(at, Math.min(span.start, text.length));
    const end = Math.min(Math.max(span.end, start), text.length);
    if (start > at) pieces.push({ text: text.slice(at, start), marked: false });
    if (end > start) pieces.push({ text: text.slice(start, end), marked: true });
    at = Math.max(at, end);
  }
  if (at < text.length) pieces.push({ text: text.slice(at), marked: false });
  return pieces;
}

export function Highlighted(props: { text: string; spans: readonly Span[] }): JSX.Element {
  return (
    <>
      {cutSpans(props.text, props.spans).map((piece, index) =>
        piece.marked ? <mark key={index}>{piece.text}</mark> : piece.text,
      )}
    </>
  );
}
