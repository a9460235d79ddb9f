import { expect, test } from "bun:test";
import { eventually } from "../../../test/support/eventually.ts";
import { textStream } from "./text-stream.ts";

test("a maker that nobody reads any more cleans up, also when it stands still between two chunks", async () => {
  let open = 0;
  const stream = textStream(async function* () {
    open++;
    try {
      for (;;) yield "chunk";
    } finally {
      open--;
    }
  });
  const reader = stream.getReader();
  await reader.read();
  expect(open).toBe(1);
  await reader.cancel();
  expect(open).toBe(0);
});

test("a maker that waits is told that its reader has gone", async () => {
  let waiting = false;
  let cleaned = false;
  const stream = textStream(async function* (signal) {
    try {
      waiting = true;
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
      yield "too late";
    } finally {
      cleaned = true;
    }
  });
  const reader = stream.getReader();
  const reading = reader.read();
  await eventually("the maker's wait", () => waiting);
  await reader.cancel();
  expect((await reading).done).toBe(true);
  await eventually("the clean-up", () => cleaned);
});
