import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Message } from "../../lib/api-types.ts";
import { message as anyMessage } from "../../test/fixtures.ts";
import { childrenOf, leafBelow, pathTo, shownLeaf, siblingsOf, treeOf } from "./message-tree.ts";

const message = (id: string, parentId: string | null, second = 0): Message =>
  anyMessage(id, { parentId, parts: [], createdAt: new Date(second * 1000).toISOString() });

const tree = treeOf([
  message("q", null, 0),
  message("a1", "q", 1),
  message("a2", "q", 2),
  message("q2", "a1", 3),
]);

test("the branch of a leaf goes from the first message to the leaf", () => {
  expect(pathTo(tree, "q2").map((item) => item.id)).toEqual(["q", "a1", "q2"]);
});

test("an answer knows its other versions", () => {
  const second = tree.get("a2");
  if (!second) throw new Error("missing");
  const { index, all } = siblingsOf(tree, second);
  expect([index, all.length]).toEqual([1, 2]);
});

test("choosing a message in the middle shows its branch to the end", () => {
  expect(leafBelow(tree, "a1")).toBe("q2");
  expect(shownLeaf(tree, "a1")).toBe("q2");
});

test("without a choice, or with a deleted one, the newest branch is shown", () => {
  expect(shownLeaf(tree, null)).toBe("a2");
  expect(shownLeaf(tree, "gone")).toBe("a2");
  expect(shownLeaf(treeOf([]), null)).toBeNull();
});

test("messages that point at each other do not hang the page", () => {
  const broken = treeOf([message("x", "y"), message("y", "x")]);
  expect(pathTo(broken, "x").map((item) => item.id)).toEqual(["y", "x"]);
});

test("every message is on the branch that is shown when it is chosen", () => {
  const grown = fc.array(fc.nat(), { maxLength: 60 }).map((picks) => {
    const all: Message[] = [];
    picks.forEach((pick, index) => {
      const parent = all.length === 0 ? undefined : all[pick % (all.length + 1)];
      all.push(message(`m${String(index).padStart(3, "0")}`, parent?.id ?? null, index));
    });
    return all;
  });
  fc.assert(
    fc.property(grown, (all) => {
      const random = treeOf(all);
      for (const item of all) {
        const leaf = shownLeaf(random, item.id);
        expect(pathTo(random, leaf).some((on) => on.id === item.id)).toBe(true);
        expect(leaf === null ? -1 : childrenOf(random, leaf).length).toBe(0);
      }
    }),
    { numRuns: 50 },
  );
});

test("at each fork on the way down the newest answer is taken", () => {
  const forks = treeOf([
    message("q", null, 0),
    message("a1", "q", 1),
    message("a2", "q", 2),
    message("b1", "a2", 3),
    message("b2", "a2", 4),
    message("c1", "b2", 5),
    message("c2", "b2", 6),
  ]);
  expect(leafBelow(forks, "q")).toBe("c2");
  expect(leafBelow(forks, "b1")).toBe("b1");
});
