import { expect, test } from "bun:test";
import { idsBy } from "./ids.ts";

test("ids sort by their creation, also while the clock is set back", () => {
  let now = Date.parse("2026-11-27T12:00:00Z");
  const ids = idsBy({ now: () => new Date(now) });
  const made = [0, 5, -7, 0, -1, 3, 0].map((step) => {
    now += step;
    return ids.next();
  });
  expect(made.toSorted()).toEqual(made);
});

test("ids have the time of the clock, so that those of several processes are comparable", () => {
  const at = (time: string) => idsBy({ now: () => new Date(time) }).next();
  expect(at("2026-11-27T12:00:00.001Z") < at("2026-11-27T12:00:00.002Z")).toBe(true);
  expect(at("2026-11-27T12:00:00Z").replace("-", "").slice(0, 12)).toBe(
    Date.parse("2026-11-27T12:00:00Z").toString(16).padStart(12, "0"),
  );
});
