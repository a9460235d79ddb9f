import { afterEach, beforeEach, expect, jest, test } from "bun:test";
import { createLogger } from "../../platform/observability/logger.ts";
import { LastUse } from "./last-use.ts";

let written: string[][];
let logged: string;
let broken: boolean;
let use: LastUse;
beforeEach(() => {
  jest.useFakeTimers();
  [written, logged, broken] = [[], "", false];
  const logger = createLogger("warn", {
    write: (line) => {
      logged += line;
    },
  });
  use = new LastUse(logger, async (ids) => {
    if (broken) throw new Error("The database is down");
    written.push(ids);
  });
});
afterEach(() => jest.useRealTimers());

test("uses are written together twice a minute, each once, and nothing when there were none", async () => {
  use.start();
  use.note("a");
  use.note("b");
  use.note("a");
  jest.advanceTimersByTime(29_999);
  expect(written).toEqual([]);
  jest.advanceTimersByTime(1);
  expect(written).toEqual([["a", "b"]]);
  jest.advanceTimersByTime(60_000);
  expect(written).toEqual([["a", "b"]]);
  await use.close();
});

test("closing writes the rest and ends the writing", async () => {
  use.start();
  use.note("a");
  await use.close();
  expect(written).toEqual([["a"]]);
  use.note("b");
  jest.advanceTimersByTime(60_000);
  expect(written).toEqual([["a"]]);
});

test("uses that could not be written are logged and written with the next ones", async () => {
  broken = true;
  use.note("a");
  await use.flush();
  expect(logged).toContain("last-used timestamps not written");
  broken = false;
  use.note("b");
  await use.flush();
  expect(written.map((ids) => ids.toSorted())).toEqual([["a", "b"]]);
});
