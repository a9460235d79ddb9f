/** Maximum file name length in UTF-8 bytes, as common file systems allow. */
export const MAX_NAME_BYTES = 255;

/** Why a name was refused. */
export type FileNameFault =
  | "empty"
  | "reserved"
  | "slash"
  | "control_character"
  | "direction_mark"
  | "malformed"
  | "too_long";

export type FileNameCheck =
  | { ok: true; name: string }
  | { ok: false; fault: FileNameFault; message: string };

const SENTENCES: Record<FileNameFault, string> = {
  empty: "The file has no name.",
  reserved: "“.” and “..” cannot be file names.",
  slash: "A file name cannot contain a slash or backslash.",
  control_character: "The file name contains a control or invisible character.",
  direction_mark: "The file name contains a text-direction mark, which can disguise its ending.",
  malformed: "The file name is not valid Unicode.",
  too_long: `The file name is longer than ${MAX_NAME_BYTES} bytes.`,
};

/** U+061C, U+200E/F, U+202A–E and U+2066–9 reorder displayed text: `cod.exe` can show as `exe.doc`. */
const DIRECTION_MARK = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
/**
 * Controls, line separators and characters without a glyph. U+200C/D are allowed: Persian and emoji need them.
 */
const INVISIBLE = /[\p{Cc}\u00ad\u200b\u2028\u2029\u2060\ufeff\ufff9-\ufffb]/u;

/**
 * Validates a client's file name and normalises it: Unicode NFC without surrounding white space, so that
 * equal-looking names are one file. Names are labels only; paths on disk are never made from them.
 */
export function checkFileName(raw: string): FileNameCheck {
  // A name in another encoding than UTF-8 arrives with replacement characters.
  if (!raw.isWellFormed() || raw.includes("\ufffd")) return refuse("malformed");
  if (DIRECTION_MARK.test(raw)) return refuse("direction_mark");
  if (INVISIBLE.test(raw)) return refuse("control_character");
  const name = raw.normalize("NFC").trim();
  if (name === "") return refuse("empty");
  if (name === "." || name === "..") return refuse("reserved");
  if (/[/\\]/.test(name)) return refuse("slash");
  if (Buffer.byteLength(name, "utf8") > MAX_NAME_BYTES) return refuse("too_long");
  return { ok: true, name };
}

function refuse(fault: FileNameFault): FileNameCheck {
  return { ok: false, fault, message: SENTENCES[fault] };
}
