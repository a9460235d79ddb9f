import { expect, test } from "bun:test";
import { endOfLife, offeredLives, usualLife } from "./key-life.ts";

test("nothing longer is offered than the workspace allows, and that much always is", () => {
  expect(offeredLives(365)).toEqual([7, 30, 90, 180, 365]);
  expect(offeredLives(366)).toEqual([7, 30, 90, 180, 365, 366]);
  expect(offeredLives(60)).toEqual([7, 30, 60]);
  expect(offeredLives(3)).toEqual([3]);
});

test("a key without an end is offered only where the workspace allows any", () => {
  expect(offeredLives(null)).toEqual([7, 30, 90, 180, 365, null]);
});

test("ninety days are chosen at first, or as many as there may be", () => {
  expect([365, 90, 89, 3, null].map(usualLife)).toEqual([90, 90, 89, 3, 90]);
  for (const maxDays of [365, 90, 89, 3, null])
    expect(offeredLives(maxDays)).toContain(usualLife(maxDays));
});

test("a key ends so many days of 24 hours from now", () => {
  const now = Date.parse("2026-03-28T12:00:00Z");
  expect(endOfLife(90, now)).toBe("2026-06-26T12:00:00.000Z");
  expect(endOfLife(null, now)).toBeNull();
});
