import { expect, test } from "bun:test";
import { reconnectPause } from "./reconnect-pause.ts";

test("a server that stays away is asked less and less often, at least every five seconds", () => {
  const pauses = [reconnectPause(undefined, 3)];
  for (let attempt = 0; attempt < 7; attempt++) pauses.push(reconnectPause(pauses.at(-1), 3));
  expect(pauses).toEqual([100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
});

test("a connection that held starts over, one that was lost at once does not", () => {
  expect(reconnectPause(1_600, 5_000)).toBe(3_200);
  expect(reconnectPause(1_600, 5_001)).toBe(100);
});
