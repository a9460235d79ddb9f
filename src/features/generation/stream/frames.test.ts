import { afterAll, afterEach, expect, spyOn, test } from "bun:test";
import { Frames } from "./frames.ts";

const sleeps: { milliseconds: unknown; end: () => void }[] = [];
const sleep = spyOn(Bun, "sleep").mockImplementation((milliseconds) => {
  const { promise, resolve } = Promise.withResolvers<void>();
  sleeps.push({ milliseconds, end: resolve });
  return promise;
});
afterEach(() => void sleeps.splice(0));
afterAll(() => sleep.mockRestore());

test("the waiters of a group share a timer, which runs only while somebody waits", async () => {
  const frames = new Frames(60, 2);
  const [first, second, third] = [frames.join(), frames.join(), frames.join()];
  expect(sleeps).toEqual([]);
  const waits = [first(), third()];
  expect(sleeps.map(({ milliseconds }) => milliseconds)).toEqual([60]);
  const other = second();
  expect(sleeps).toHaveLength(2);
  sleeps[0]?.end();
  await Promise.all(waits);
  expect(Bun.peek.status(other)).toBe("pending");
  void first();
  expect(sleeps).toHaveLength(3);
});

test("groups are joined in turn", async () => {
  const frames = new Frames(60, 3);
  for (const next of Array.from({ length: 9 }, () => frames.join())) void next();
  expect(sleeps).toHaveLength(3);
});
