import { expect, test } from "bun:test";
import { endOfLife, offeredLives, usualLife } from "./key-life.ts";

test("no longer life is offered than the workspace allows, and its maximum always is", () => {
  expect(offeredLives(365)).toEqual([7, 30, 90, 180, 365]);
  expect(offeredLives(366)).toEqual([7, 30, 90, 180, 365, 366]);
  expect(offeredLives(60)).toEqual([7, 30, 60]);
  expect(offeredLives(3)).toEqual([3]);
});

test("a key without expiry is offered only where the workspace allows it", () => {
  expect(offeredLives(null)).toEqual([7, 30, 90, 180, 365, null]);
});

test("ninety days are preselected, or the workspace's maximum", () => {
  expect([365, 90, 89, 3, null].map(usualLife)).toEqual([90, 90, 89, 3, 90]);
  for (const maxDays of [365, 90, 89, 3, null])
    expect(offeredLives(maxDays)).toContain(usualLife(maxDays));
});

test("a key expires after this many days of 24 hours", () => {
  const now = Date.parse("2026-03-28T12:00:00Z");
  expect(endOfLife(90, now)).toBe("2026-06-26T12:00:00.000Z");
  expect(endOfLife(null, now)).toBeNull();
});
