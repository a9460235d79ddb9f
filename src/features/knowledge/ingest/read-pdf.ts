import { getDocumentProxy } from "unpdf";

export interface PdfText {
  text: string;
  /** Offset in `text` of each page's start. */
  pageStarts: number[];
}

/** Why a PDF could not be read; `code` as in {@link ReadingFault}. */
export class PdfFault extends Error {
  override readonly name = "PdfFault";
  readonly code: "encrypted" | "damaged" | "no_text" | "too_long";
  constructor(code: PdfFault["code"]) {
    super(code);
    this.code = code;
  }
}

/**
 * Text of a PDF in the order of its content stream, pages separated by a blank line.
 * @param maxUnits UTF-16 code units after which reading stops
 * @throws {@link PdfFault}
 */
export async function readPdf(bytes: Uint8Array, maxUnits: number): Promise<PdfText> {
  // The library repairs a truncated file and silently omits the rest; answers would omit it too.
  if (!Buffer.from(bytes.subarray(-4096)).includes("%%EOF")) damaged(null);
  const pdf = await open(bytes);
  const pageStarts: number[] = [];
  let text = "";
  for (let number = 1; number <= pdf.numPages; number++) {
    if (text !== "") text += "\n\n";
    pageStarts.push(text.length);
    const page = await pdf.getPage(number).catch(damaged);
    const { items } = await page.getTextContent().catch(damaged);
    for (const item of items) {
      if (!("str" in item)) continue;
      text += item.hasEOL ? `${item.str}\n` : item.str;
    }
    page.cleanup();
    if (text.length > maxUnits) throw new PdfFault("too_long");
  }
  // Fonts without a character map give NUL or lone surrogates; neither can be stored.
  const clean = text.replaceAll("\0", "\ufffd").toWellFormed();
  if (!/[\p{L}\p{N}]/u.test(clean)) {
    throw new PdfFault("no_text");
  }
  return { text: clean, pageStarts };
}

async function open(bytes: Uint8Array) {
  try {
    return await getDocumentProxy(bytes, {
      useSystemFonts: false,
      verbosity: 0,
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
