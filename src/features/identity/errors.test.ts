import { expect, test } from "bun:test";
import { tooManyAttempts, tooManySignUps } from "./errors.ts";

const waits: [seconds: number, told: string][] = [
  [1, "Try again in a minute,"],
  [60, "Try again in a minute,"],
  [61, "Try again in 2 minutes,"],
  [900, "Try again in 15 minutes,"],
];
test.each(waits)("who must wait %d seconds is told: %s", (seconds, told) => {
  expect(tooManyAttempts(seconds, "ada@example.com").detail).toContain(told);
  expect(tooManySignUps(seconds).detail).toContain(told);
});
