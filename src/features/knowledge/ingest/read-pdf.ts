import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { getDocumentProxy } from "unpdf";
import { buildPageText } from "./build-page-text.ts";
import { annotated, textsOf } from "./read-annotations.ts";

/** What of a PDF the text lacks. */
export type PdfNote = "characters_missing" | "pages_without_text";

export interface PdfText {
  text: string;
  /** Offset in `text` of each page's start. */
  pageStarts: number[];
  note: PdfNote | null;
}

/** Why a PDF could not be read; `code` as in {@link ReadingFault}. */
export class PdfFault extends Error {
  override readonly name = "PdfFault";
  readonly code: "encrypted" | "damaged" | "no_text" | "unknown_characters" | "too_long";
  constructor(code: PdfFault["code"]) {
    super(code);
    this.code = code;
  }
}

/** The character maps of Chinese, Japanese and Korean fonts that a PDF names but does not hold. */
const CHARACTER_MAPS = join(
  dirname(fileURLToPath(import.meta.resolve("pdfjs-dist/package.json"))),
  "cmaps/",
);

type Pdf = Awaited<ReturnType<typeof getDocumentProxy>>;
type Page = Awaited<ReturnType<Pdf["getPage"]>>;

/**
 * Text of a PDF in the order of its content stream, with what its form fields and text comments hold behind each
 * page; pages are separated by a blank line.
 * @param maxUnits UTF-16 code units after which reading stops
 * @throws {@link PdfFault}
 */
export async function readPdf(bytes: Uint8Array, maxUnits: number): Promise<PdfText> {
  // The library repairs a truncated file and silently omits the rest; answers would omit it too.
  if (!Buffer.from(bytes.subarray(-4096)).includes("%%EOF")) damaged(null);
  const { warn } = console;
  let unmapped = false;
  // The library tells of fonts that it cannot map in warnings only.
  console.warn = (message: unknown) => {
    unmapped ||= /cmap|translateFont/i.test(String(message));
  };
  try {
    const { text, pageStarts, emptyPages } = await readPages(await open(bytes), maxUnits);
    const missing = unmapped || hasUnknownCharacters(text);
    if (!/[\p{L}\p{N}]/u.test(text)) throw new PdfFault(missing ? "unknown_characters" : "no_text");
    const note = missing ? "characters_missing" : emptyPages > 0 ? "pages_without_text" : null;
    return { text, pageStarts, note };
  } finally {
    console.warn = warn;
  }
}

async function readPages(pdf: Pdf, maxUnits: number) {
  const pageStarts: number[] = [];
  let text = "";
  let emptyPages = 0;
  for (let number = 1; number <= pdf.numPages; number++) {
    if (text !== "") text += "\n\n";
    pageStarts.push(text.length);
    const page = await pdf.getPage(number).catch(damaged);
    const content = await readPage(page);
    if (content.trim() === "") emptyPages++;
    text += content;
    page.cleanup();
    if (text.length > maxUnits) throw new PdfFault("too_long");
  }
  // Fonts without a character map give NUL or lone surrogates; neither can be stored.
  return { text: text.replaceAll("\0", "\ufffd").toWellFormed(), pageStarts, emptyPages };
}

async function readPage(page: Page): Promise<string> {
  const { items } = await page.getTextContent().catch(damaged);
  const content = buildPageText(items.filter((item) => "str" in item));
  const filled = annotated.parse(await page.getAnnotations().catch(damaged)).flatMap(textsOf);
  return [content, ...filled.filter((text) => text.trim() !== "")].join("\n").replace(/^\n/, "");
}

/** Share of a text's characters without a meaning above which something is missing. */
const UNKNOWN_SHARE = 0.02;

/** Whether fonts gave characters of private use or none, beyond single symbols such as bullets. */
function hasUnknownCharacters(text: string): boolean {
  const unknown = text.match(/[\p{Co}\ufffd]|(?!\s)\p{Cc}/gu)?.length ?? 0;
  return unknown > text.length * UNKNOWN_SHARE;
}

async function open(bytes: Uint8Array) {
  try {
    return await getDocumentProxy(bytes, {
      useSystemFonts: false,
      verbosity: 1,
      cMapUrl: CHARACTER_MAPS,
      cMapPacked: true,
    });
  } catch (error) {
    if (error instanceof Error && error.name === "PasswordException") {
      throw new PdfFault("encrypted");
    }
    return damaged(error);
  }
}

function damaged(error: unknown): never {
  // Out of memory is reported by the caller; the library rethrows it in its own words.
  if (error instanceof RangeError || /memory|allocat|array length/i.test(String(error))) {
    throw new RangeError("Out of memory");
  }
  throw new PdfFault("damaged");
}
