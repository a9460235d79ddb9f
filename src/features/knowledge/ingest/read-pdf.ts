import { getDocumentProxy } from "unpdf";

export interface PdfText {
  text: string;
  /** Offset in `text` at which each page begins. */
  pageStarts: number[];
}

/** Why a PDF could not be read; `code` as in the extraction's failures. */
export class PdfFault extends Error {
  override readonly name = "PdfFault";
  readonly code: "encrypted" | "damaged" | "no_text" | "too_long";
  constructor(code: PdfFault["code"]) {
    super(code);
    this.code = code;
  }
}

/**
 * Text of a PDF in reading order as its producer wrote it, pages divided by a blank line.
 * @param maxUnits UTF-16 code units after which reading stops
 * @throws {@link PdfFault}
 */
export async function readPdf(bytes: Uint8Array, maxUnits: number): Promise<PdfText> {
  // The reader repairs a cut file and silently leaves out what is gone; an answer would too.
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
  // Fonts without a character map give NUL or halves of surrogate pairs; neither can be stored.
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
  // Running out of memory is the caller's to name; the reader passes it on in words of its own.
  if (error instanceof RangeError || /memory|allocat|array length/i.test(String(error))) {
    throw new RangeError("Out of memory");
  }
  throw new PdfFault("damaged");
}
