import { expect, test } from "bun:test";
import { eventually } from "../../../test/support/eventually.ts";
import { textStream } from "./text-stream.ts";

test("a generator without a reader is cleaned up, also when it is suspended between two chunks", async () => {
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

test("a waiting generator is told that its reader has disconnected", async () => {
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
