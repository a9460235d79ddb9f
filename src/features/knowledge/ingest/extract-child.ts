/**
 * Entry point of the child process that reads one untrusted document. Input: bytes on standard input, limits as
 * the only argument. Output: one line of JSON and, after success, the text in UTF-8. It has no environment, no
 * database and no secrets, and may be killed at any moment.
 */
import { chunkText } from "./chunk-text.ts";
import { decodeText } from "./decode-text.ts";
import { detectLanguage } from "./detect-language.ts";
import type { ChildAnswer, ReadingFault } from "./extract-text.ts";
import { PdfFault, readPdf } from "./read-pdf.ts";
import { sniffFile } from "./sniff-file.ts";

async function extract(
  bytes: Uint8Array,
  name: string,
  maxUnits: number,
): Promise<[ChildAnswer, string]> {
  if (bytes.length === 0) return refused("empty");
  const sniffed = sniffFile(bytes, name);
  if (sniffed.kind === "refused") return refused(sniffed.fault);
  let text: string;
  let pageStarts: number[] = [];
  let note: string | null = null;
  if (sniffed.kind === "pdf") {
    ({ text, pageStarts, note } = await readPdf(bytes, maxUnits));
  } else {
    const decoded = decodeText(bytes);
    if (!decoded.ok) return refused(decoded.code);
    ({ text, note } = decoded);
  }
  if (text.trim() === "") return refused("empty");
  if (text.length > maxUnits) return refused("too_long");
  const chunks = chunkText(text).map(({ start, end, tokens }) => [start, end, tokens] as const);
  const language = detectLanguage(text);
  return [{ ok: true, mediaType: sniffed.mediaType, language, note, pageStarts, chunks }, text];
}

const refused = (code: ReadingFault): [ChildAnswer, string] => [{ ok: false, code }, ""];

async function main(): Promise<void> {
  const [name = "", maxUnits = "0"] = process.argv.slice(2);
  let answer: [ChildAnswer, string];
  try {
    answer = await extract(await Bun.stdin.bytes(), name, Number(maxUnits));
  } catch (error) {
    if (error instanceof PdfFault) answer = refused(error.code);
    // The engine reports a failed allocation as a RangeError; the parent maps the exit code.
    else process.exit(error instanceof RangeError ? 12 : 13);
  }
  await Bun.write(Bun.stdout, `${JSON.stringify(answer[0])}\n${answer[1]}`);
}

await main();
