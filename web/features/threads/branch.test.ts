import { describe, expect, test } from "bun:test";
import type { ThreadMessage } from "../../lib/api-types.ts";
import { message } from "../../test/fixtures.ts";
import { type Branch, joined, withNew } from "./branch.ts";

/** A branch of consecutive messages below `parentId`. */
const branch = (ids: string, nextCursor: string | null = null, parentId = "0"): Branch => ({
  messages: [...ids].map((id, index, all) =>
    message(id, {
      parentId: nextCursor === null && index === 0 ? null : (all[index - 1] ?? parentId),
    }),
  ),
  nextCursor,
});
const idsOf = ({ messages }: Branch) => messages.map(({ id }) => id).join("");

describe("messages that were read are joined with the loaded ones", () => {
  test("after those that come before them", () => {
    const loaded = branch("cdef", "before-c", "b");
    const now = joined(loaded, branch("efgh", "before-e", "d"));
    expect([idsOf(now), now.nextCursor]).toEqual(["cdefgh", "before-c"]);
  });

  test("as another branch from where it leaves the loaded one", () => {
    const now = joined(branch("cdef", "before-c", "b"), branch("xy", "before-x", "d"));
    expect([idsOf(now), now.nextCursor]).toEqual(["cdxy", "before-c"]);
    expect(idsOf(joined(branch("abc"), branch("xy")))).toBe("xy");
  });

  test("alone when they reach further back, or have nothing in common with them", () => {
    for (const read of [branch("bcdx", "before-b", "a"), branch("xyz", "before-x", "w")])
      expect(joined(branch("cdef", "before-c", "b"), read)).toEqual(read);
    expect(joined(branch("abc"), branch(""))).toEqual(branch(""));
  });
});

describe("new messages", () => {
  const versions = ({ messages }: Branch) => messages.map(({ versionIds }) => versionIds.join(""));
  const at = (from: Branch, id: string): ThreadMessage => {
    const found = from.messages.find((one) => one.id === id);
    if (!found) throw new Error(`no message ${id}`);
    return found;
  };

  test("stand at the end, each the only version", () => {
    const now = withNew(branch("ab", "earlier"), [message("q"), message("r")]);
    expect([idsOf(now), versions(now), now.nextCursor]).toEqual([
      "abqr",
      ["a", "b", "q", "r"],
      "earlier",
    ]);
  });

  test("take the place of a message and what follows it, as its newest version", () => {
    const loaded = branch("abcd");
    const edited = { ...at(loaded, "c"), versionIds: ["x", "c"] };
    const now = withNew(loaded, [message("q"), message("r")], edited);
    expect([idsOf(now), versions(now)]).toEqual(["abqr", ["a", "b", "xcq", "r"]]);
    expect(idsOf(withNew(loaded, [message("q")], at(loaded, "a")))).toBe("q");
  });

  test("that are shown already change nothing", () => {
    const loaded = branch("abcd");
    expect(withNew(loaded, [message("c"), message("d")])).toBe(loaded);
  });
});
