import { t } from "../../lib/i18n.ts";

const GUESSED = "read_as_";
const notes = {
  invalid_bytes_replaced: "file.note.bytes",
  cut_at_end: "file.note.cut",
  characters_missing: "file.note.characters",
  pages_without_text: "file.note.pages",
} as const;

const isNote = (note: string): note is keyof typeof notes => note in notes;

/** What a person should know of a file whose text was odd; undefined where there is nothing to say. */
export function describeNote(note: string | null): string | undefined {
  if (note === null) return undefined;
  if (isNote(note)) return t(notes[note]);
  if (!note.startsWith(GUESSED)) return t("file.note.other");
  const encoding = note === "read_as_latin1" ? "Latin-1" : note.slice(GUESSED.length);
  return t("file.note.encoding", { encoding });
}
