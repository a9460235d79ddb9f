import { expect, test } from "bun:test";
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
  let cleaned = false;
  const stream = textStream(async function* (signal) {
    try {
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
      yield "too late";
    } finally {
      cleaned = true;
    }
  });
  const reader = stream.getReader();
  const reading = reader.read();
  await Bun.sleep(1);
  await reader.cancel();
  expect((await reading).done).toBe(true);
  await Bun.sleep(1);
  expect(cleaned).toBe(true);
});
