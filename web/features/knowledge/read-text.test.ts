import { expect, test } from "bun:test";
import { fakeNetwork } from "../../../test/support/network.ts";
import { readText } from "./read-text.ts";

test("a part of a file's text is read by its offsets", async () => {
  const text = { text: "words", start: 3, end: 8, textLength: 20 };
  using network = fakeNetwork(() => Response.json(text));
  const caller = new AbortController();
  expect<unknown>(await readText("p1", "v1", 3, 8, caller.signal)).toEqual(text);
  expect(network.asked[0]?.path).toBe("/api/v1/projects/p1/file-versions/v1/text?start=3&end=8");
});

test("reading aborts with its caller", async () => {
  using network = fakeNetwork(() => new Promise<Response>(() => {}));
  const caller = new AbortController();
  const reading = readText("p1", "v1", 0, 1, caller.signal).catch((error: unknown) => error);
  while (network.asked.length === 0) await Promise.resolve();
  caller.abort(new Error("gone"));
  expect(await reading).toEqual(new Error("gone"));
});
