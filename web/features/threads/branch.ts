import type { Message, ThreadDetail, ThreadMessage } from "../../lib/api-types.ts";

/** A branch as far as it is loaded: from some message to its end, with the cursor of the earlier ones. */
export type Branch = Pick<ThreadDetail, "messages" | "nextCursor">;

/**
 * Joins the loaded messages with others that were read to the end of the same branch, or of another one: what
 * comes before the others stays.
 */
export function joined(loaded: Branch, read: Branch): Branch {
  const [first] = read.messages;
  const at = loaded.messages.findIndex(({ parentId }) => parentId === first?.parentId);
  if (at === -1) return read;
  return {
    messages: [...loaded.messages.slice(0, at), ...read.messages],
    nextCursor: loaded.nextCursor,
  };
}

/**
 * The branch with new messages at its end, or as another version of a message and of what follows it.
 * @param added the first of them is the new version.
 */
export function withNew(
  branch: Branch,
  added: readonly Message[],
  instead?: ThreadMessage | undefined,
): Branch {
  const known = new Set(branch.messages.map(({ id }) => id));
  if (added.every(({ id }) => known.has(id))) return branch;
  const at = instead ? branch.messages.findIndex(({ id }) => id === instead.id) : -1;
  const before = at === -1 ? branch.messages : branch.messages.slice(0, at);
  const fresh = added.map((message, index) => ({
    ...message,
    versionIds: [...(index === 0 ? (instead?.versionIds ?? []) : []), message.id],
  }));
  return { ...branch, messages: [...before, ...fresh] };
}
