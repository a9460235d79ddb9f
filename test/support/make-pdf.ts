import { constants, deflateRawSync, deflateSync } from "node:zlib";

/** A small valid PDF with one page for each text; lines of a text become lines on its page. */
export function makePdf(pages: string[], extra: { encrypted?: boolean } = {}): Uint8Array {
  return assemble(
    pages.map((page) => stream(latin1(pageContent(page)))),
    extra.encrypted ?? false,
  );
}

/** A PDF of one page whose content of spaces takes `mebibytes` when unpacked, and some kilobytes packed. */
export function makePdfBomb(mebibytes: number): Uint8Array {
  const block = deflateRawSync(Buffer.alloc(1024 * 1024, " "), {
    finishFlush: constants.Z_FULL_FLUSH,
  });
  const inner = Buffer.concat([
    Buffer.of(0x78, 0x9c),
    ...Array<Buffer>(mebibytes).fill(block),
    Buffer.of(3, 0),
  ]);
  return assemble([stream(deflateSync(inner), "/Filter [/FlateDecode /FlateDecode]")], false);
}

/** A PDF page that shows only a picture, as a scanner makes it. */
export function makeScannedPdf(): Uint8Array {
  return assemble([stream(latin1("0.5 g 100 100 200 200 re f"))], false);
}

/**
 * A PDF of one page with this content stream.
 * @param parts.annotations dictionaries, such as `/Subtype /FreeText /Contents (Note)`
 * @param parts.font the entries of the font `/F1`; Helvetica by default
 * @param parts.page further entries of the page, such as `/CropBox [0 0 100 100]`
 */
export function makePdfOf(
  content: string,
  {
    annotations = [],
    font,
    page: more = "",
  }: { annotations?: string[]; font?: string; page?: string } = {},
): Uint8Array {
  const dictionaries = annotations.map((entries) => `<< /Type /Annot ${entries} >>`);
  const page = `${more}${annotations.length > 0 ? `/Annots [${dictionaries.join(" ")}]` : ""}`;
  return assemble([stream(latin1(content))], false, { page, ...(font ? { font } : {}) });
}

const latin1 = (text: string): Buffer => Buffer.from(text, "latin1");

function pageContent(text: string): string {
  const lines = text.split("\n").map((line) => `(${line.replace(/[()\\]/g, "\\$&")}) Tj 0 -14 Td`);
  return `BT /F1 12 Tf 72 720 Td ${lines.join(" ")} ET`;
}

function stream(data: Buffer, filter = ""): Buffer {
  return Buffer.concat([
    latin1(`<< /Length ${data.length} ${filter} >>\nstream\n`),
    data,
    latin1("\nendstream"),
  ]);
}

const HELVETICA = "/Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding";

function assemble(
  contents: Buffer[],
  encrypted: boolean,
  { page = "", font = HELVETICA }: { page?: string; font?: string } = {},
): Uint8Array {
  const kids = contents.map((_, i) => `${4 + i * 2} 0 R`).join(" ");
  const objects: Buffer[] = [
    latin1("<< /Type /Catalog /Pages 2 0 R >>"),
    latin1(`<< /Type /Pages /Kids [${kids}] /Count ${contents.length} >>`),
    latin1(`<< /Type /Font ${font} >>`),
  ];
  for (const [i, content] of contents.entries()) {
    objects.push(
      latin1(
        `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents ${5 + i * 2} 0 R ${page} >>`,
      ),
      content,
    );
  }
  const parts: Buffer[] = [latin1("%PDF-1.4\n")];
  let offset = parts[0]?.length ?? 0;
  const offsets: number[] = [];
  for (const [i, object] of objects.entries()) {
    const part = Buffer.concat([latin1(`${i + 1} 0 obj\n`), object, latin1("\nendobj\n")]);
    offsets.push(offset);
    offset += part.length;
    parts.push(part);
  }
  const rows = offsets.map((at) => `${String(at).padStart(10, "0")} 00000 n \n`).join("");
  // Keys of a password nobody knows: the standard handler finds that the empty one does not fit.
  const lock = encrypted
    ? `/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <${"41".repeat(32)}> /U <${"42".repeat(32)}> >> /ID [<00> <00>]`
    : "";
  const size = objects.length + 1;
  parts.push(
    latin1(
      `xref\n0 ${size}\n0000000000 65535 f \n${rows}trailer\n<< /Size ${size} /Root 1 0 R ${lock} >>\nstartxref\n${offset}\n%%EOF\n`,
    ),
  );
  return new Uint8Array(Buffer.concat(parts));
}
