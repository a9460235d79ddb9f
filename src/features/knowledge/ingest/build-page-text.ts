/** A piece of a page's text as the PDF library gives it. */
export interface TextItem {
  str: string;
  /** Matrix of the text's direction, size and origin. */
  transform: readonly number[];
  width: number;
  height: number;
  hasEOL: boolean;
  dir: string;
}

/** As shares of the letters' height. */
const SAME_PLACE = 0.15;
const GAP = 0.3;
const BACK = 0.1;

/**
 * The text of a page in the order in which it was drawn. What was drawn twice at a place, to look bold, counts
 * once; what does not go on where the piece before it ended on its line is apart from it.
 */
export function buildPageText(items: readonly TextItem[]): string {
  const drawn = new Map<string, TextItem[]>();
  const drawnAs = (str: string) => drawn.getOrInsertComputed(str, () => []);
  let text = "";
  let before: TextItem | undefined;
  for (const item of items) {
    const same = item.str.trim() === "" ? undefined : drawnAs(item.str);
    const repeated = same?.some((other) => isAt(other, item)) ?? false;
    if (!repeated) {
      if (before && isApart(before, item) && !/\s$/.test(text) && !/^\s/.test(item.str))
        text += " ";
      text += item.str;
      same?.push(item);
      if (item.str !== "") before = item;
    }
    if (item.hasEOL) {
      if (!repeated || !text.endsWith("\n")) text += "\n";
      before = undefined;
    }
  }
  return text;
}

const at = ({ transform }: TextItem) => ({ x: transform[4] ?? 0, y: transform[5] ?? 0 });

function isAt(other: TextItem, item: TextItem): boolean {
  const [a, b] = [at(other), at(item)];
  return Math.hypot(a.x - b.x, a.y - b.y) <= item.height * SAME_PLACE;
}

/** Whether an item on the line of another starts left of it, or clearly right of its end. */
function isApart(before: TextItem, item: TextItem): boolean {
  if (before.dir !== "ltr" || item.dir !== "ltr" || item.str === "") return false;
  const [a = 1, b = 0] = before.transform;
  const size = Math.hypot(a, b) || 1;
  const [from, to] = [at(before), at(item)];
  const along = ((to.x - from.x) * a + (to.y - from.y) * b) / size;
  const across = Math.abs((to.y - from.y) * a - (to.x - from.x) * b) / size;
  if (across > before.height / 2) return false;
  return along < -before.height * BACK || along > before.width + before.height * GAP;
}
