import { expect, test } from "bun:test";
import { pause } from "./pause.ts";

test("a pause ends after its time, and leaves no listener", async () => {
  const abort = new AbortController();
  const began = performance.now();
  await pause(30, abort.signal);
  expect(performance.now() - began).toBeGreaterThanOrEqual(29);
});

test("an abort ends it with its reason, and an earlier abort prevents it", async () => {
  const abort = new AbortController();
  const waiting = pause(60_000, abort.signal);
  abort.abort(new Error("enough"));
  await expect(waiting).rejects.toThrow("enough");
  await expect(pause(60_000, abort.signal)).rejects.toThrow("enough");
});
