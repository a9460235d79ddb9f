import type { Message } from "../../lib/api-types.ts";

/** The messages of a thread by id; editing and regenerating make it a tree. */
export type MessageTree = ReadonlyMap<string, Message>;

export function treeOf(messages: readonly Message[]): MessageTree {
  return new Map(messages.map((message) => [message.id, message]));
}

/** Children of each message, built once per tree: a long thread needs them for every message. */
const families = new WeakMap<MessageTree, Map<string | null, Message[]>>();

function familiesOf(tree: MessageTree): Map<string | null, Message[]> {
  const known = families.get(tree);
  if (known) return known;
  const made = Map.groupBy(tree.values(), (message) => message.parentId);
  for (const children of made.values()) {
    // Ids are in time order, which orders messages of the same instant.
    children.sort((a, b) => compare(a.createdAt, b.createdAt) || compare(a.id, b.id));
  }
  families.set(tree, made);
  return made;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The answers to a message, or the roots of a thread for null, oldest first. */
export function childrenOf(tree: MessageTree, parentId: string | null): readonly Message[] {
  return familiesOf(tree).get(parentId) ?? [];
}

/** A message's siblings, and its index among them. */
export function siblingsOf(
  tree: MessageTree,
  message: Message,
): { index: number; all: readonly Message[] } {
  const all = childrenOf(tree, message.parentId);
  return { index: all.findIndex((sibling) => sibling.id === message.id), all };
}

/** The messages from the root to a leaf; empty when the leaf is unknown. */
export function pathTo(tree: MessageTree, leafId: string | null): Message[] {
  const path: Message[] = [];
  const seen = new Set<string>();
  let message = leafId === null ? undefined : tree.get(leafId);
  while (message && !seen.has(message.id)) {
    seen.add(message.id);
    path.unshift(message);
    message = message.parentId === null ? undefined : tree.get(message.parentId);
  }
  return path;
}

/** The leaf of the branch through a message, taking the newest answer at each fork. */
export function leafBelow(tree: MessageTree, id: string): string {
  let leaf = id;
  for (let next = childrenOf(tree, leaf).at(-1); next; next = childrenOf(tree, leaf).at(-1))
    leaf = next.id;
  return leaf;
}

/** The leaf to show: the stored choice, followed to its end, or the newest branch. */
export function shownLeaf(tree: MessageTree, chosen: string | null): string | null {
  if (chosen !== null && tree.has(chosen)) return leafBelow(tree, chosen);
  const first = childrenOf(tree, null).at(-1);
  return first ? leafBelow(tree, first.id) : null;
}
