/** Cuts text into deltas of about `chars` UTF-16 units, never through a surrogate pair. */
export function* deltasOf(text: string, chars: number, endless = false): Generator<string> {
  do {
    for (let at = 0; at < text.length; ) {
      let end = Math.min(text.length, at + Math.max(1, chars));
      const last = text.charCodeAt(end - 1);
      if (last >= 0xd800 && last < 0xdc00 && end < text.length) end++;
      yield text.slice(at, end);
      at = end;
    }
  } while (endless);
}

/** Answers of other servers at the address, the same for every vendor. */
export function foreignAnswer(kind: string) {
  if (kind === "redirect") return { status: 307, headers: { location: "/elsewhere" }, body: "" };
  if (kind === "document") {
    const headers = { "content-type": "text/html" };
    return { status: 200, headers, body: "<html><body>Welcome!</body></html>" };
  }
  return undefined;
}
