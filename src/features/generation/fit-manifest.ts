import type { ContextManifest } from "./schema.ts";

export type ManifestItem = ContextManifest["items"][number];

/** Most bytes of JSON, whatever the project: a manifest is stored with every answer. */
const MAX_BYTES = 13_500;
/** Messages that were sent, the newest, with a line each; most of a conversation was sent before. */
const SENT_MESSAGES = 20;
/** Lines for what was left out for one reason. */
const LEFT_OUT = 10;

/**
 * Limits the lines of a manifest: what was sent has a line each as long as there is room, sources before
 * messages; of what was left out there are some lines, and the rest of a kind and reason is counted in one.
 * The lines stay in order.
 */
export function fitManifest(items: ManifestItem[]): ManifestItem[] {
  const shown = new Set<ManifestItem>();
  let left = MAX_BYTES;
  for (const group of groupsOf(items)) {
    for (const item of group) {
      const bytes = Buffer.byteLength(JSON.stringify(item));
      if (bytes > left) break;
      left -= bytes;
      shown.add(item);
    }
  }
  const rests = new Map<string, ManifestItem>();
  return items.flatMap((item) => {
    if (shown.has(item)) return item;
    const key = keyOf(item);
    const known = rests.get(key);
    if (known === undefined) {
      const rest = restOf(item);
      rests.set(key, rest);
      return rest;
    }
    known.count = (known.count ?? 1) + (item.count ?? 1);
    if (known.tokens !== undefined && item.tokens !== undefined) known.tokens += item.tokens;
    else delete known.tokens;
    return [];
  });
}

/** The items that may have lines, in the order in which they get room. */
function groupsOf(items: ManifestItem[]): ManifestItem[][] {
  const sent = items.filter(({ included }) => included);
  const leftOut = Map.groupBy(
    items.filter(({ included, count }) => !included && count === undefined),
    keyOf,
  );
  const isMessage = ({ kind }: ManifestItem) => kind === "message";
  const isSource = ({ kind }: ManifestItem) => kind === "file" || kind === "passage";
  const messages = sent.filter(isMessage).reverse();
  return [
    sent.filter((item) => !isMessage(item) && !isSource(item)),
    messages.slice(0, 1),
    sent.filter(isSource),
    messages.slice(1, SENT_MESSAGES),
    ...[...leftOut.values()].map((group) => group.slice(0, LEFT_OUT)),
  ];
}

function keyOf({ kind, included, reason }: ManifestItem): string {
  return `${kind} ${included} ${reason ?? ""}`;
}

/** The line of everything of a kind that has none of its own. */
function restOf({ kind, tokens, included, reason, count = 1 }: ManifestItem): ManifestItem {
  return {
    kind,
    title: REST[kind],
    ...(tokens === undefined ? {} : { tokens }),
    included,
    ...(reason === undefined ? {} : { reason }),
    count,
  };
}

const REST = {
  instructions: "More instructions",
  agent: "More agents",
  file: "More files",
  passage: "More passages",
  message: "More messages",
} as const;
