/**
 * A part of a Markdown text that means the same when parsed alone: one block, or several that belong together,
 * such as a list with blank lines.
 */
export type Segment = {
  /** Offset in the text; a segment ends where the next one begins. */
  readonly start: number;
  readonly end: number;
  readonly lines: number;
  /** Whether it is one fenced code block. */
  readonly fence: boolean;
  /** Lines that may define a reference for the whole text. */
  readonly definitions: readonly string[];
};

const FENCE = /^ {0,3}(`{3,}(?!.*`)|~{3,})/;
const LIST = /^ {0,3}(?:[-+*]|\d{1,9}[.)])(?:[ \t]|$)/;
const DEFINITION = /^ {0,3}\[[^\]]{1,200}\]:/;
const BLANK = /^[ \t]*$/;

/**
 * Splits Markdown into segments, in one pass. Appending to a text changes only its last segment, except that
 * references are resolved everywhere.
 * @param from the start of a segment; text before it is skipped.
 */
export function splitSegments(text: string, from = 0): Segment[] {
  const segments: Segment[] = [];
  let start = from;
  let lines = 0;
  let list = false;
  let afterBlank = false;
  let definitions: string[] = [];
  /** The opening of the current fence. */
  let fence: string | undefined;
  let end = from;

  const close = () => {
    if (lines > 0) segments.push({ start, end, lines, fence: fence !== undefined, definitions });
    start = end;
    lines = 0;
    list = false;
    afterBlank = false;
    definitions = [];
    fence = undefined;
  };

  while (end < text.length) {
    const newline = text.indexOf("\n", end);
    const next = newline === -1 ? text.length : newline + 1;
    const line = text.slice(end, newline === -1 ? next : newline).replace(/\r$/, "");
    if (fence !== undefined) {
      lines++;
      end = next;
      if (closes(line, fence)) close();
      continue;
    }
    if (BLANK.test(line)) {
      // Blank lines before the first block belong to it, later ones to the block before.
      if (lines > 0) lines++;
      afterBlank = lines > 0;
      end = next;
      continue;
    }
    const opened = FENCE.exec(line)?.[1];
    // In a list, indented lines belong to an item.
    const inList = list && /^[ \t]/.test(line);
    if (lines > 0 && !inList && (opened !== undefined || (afterBlank && starts(line, list))))
      close();
    if (opened !== undefined && !inList) fence = opened;
    else list ||= LIST.test(line);
    if (DEFINITION.test(line)) definitions.push(line);
    lines++;
    afterBlank = false;
    end = next;
  }
  close();
  return segments;
}

/** Whether a line after a blank one starts a new segment. */
function starts(line: string, list: boolean): boolean {
  return list ? !LIST.test(line) : !/^(?: {4}| {0,3}\t)/.test(line);
}

function closes(line: string, fence: string): boolean {
  const mark = /^ {0,3}(`{3,}|~{3,})[ \t]*$/.exec(line)?.[1];
  return mark !== undefined && mark[0] === fence[0] && mark.length >= fence.length;
}
