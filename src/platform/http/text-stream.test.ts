import { expect, test } from "bun:test";
import { eventually } from "../../../test/support/eventually.ts";
import { textStream } from "./text-stream.ts";

test("the body is the chunks in order as UTF-8, and ends with them", async () => {
  const stream = textStream(async function* () {
    yield "Grüße, ";
    yield "世界";
  });
  expect(await new Response(stream).text()).toBe("Grüße, 世界");
});

test("a chunk is generated when it is read, and no sooner", async () => {
  let made = 0;
  const stream = textStream(async function* () {
    for (;;) yield `chunk ${++made}`;
  });
  await Bun.sleep(0);
  expect(made).toBe(0);
  const reader = stream.getReader();
  await reader.read();
  await Bun.sleep(0);
  expect(made).toBe(1);
  await reader.cancel();
});

test("a cancelled generator has cleaned up when the cancellation ends", async () => {
  let cleaned = false;
  const stream = textStream(async function* () {
    try {
      for (;;) yield "chunk";
    } finally {
      await Bun.sleep(1);
      cleaned = true;
    }
  });
  const reader = stream.getReader();
  await reader.read();
  await reader.cancel();
  expect(cleaned).toBe(true);
});

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
