import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { eventually } from "../../../test/support/eventually.ts";
import { startValkey, type ValkeyServer } from "../../../test/support/valkey.ts";
import { valkeyClient } from "../valkey-client.ts";
import { createLimiter } from "./limiter.ts";
import { type SharedCounts, valkeyCounts } from "./shared-counts.ts";

let valkey: ValkeyServer;
const open: SharedCounts[] = [];
beforeAll(async () => {
  valkey = await startValkey();
});
afterEach(() => {
  for (const counts of open.splice(0)) counts.close();
});
afterAll(() => valkey.kill());

/** Counts by a script that adds the points to the key and tells all that it was given. */
async function connected(): Promise<SharedCounts> {
  const counts = valkeyCounts(valkey.url);
  open.push(counts);
  counts.defineCommand("rlflxIncr", {
    lua: "return {redis.call('incrby', KEYS[1], ARGV[1]), ARGV[2]}",
  });
  await eventually("the connection", () => counts.status === "ready");
  return counts;
}

test("a count runs the limiter's script with its key and arguments, for all processes", async () => {
  const [one, other] = [await connected(), await connected()];
  expect(await one.rlflxIncr(["a", "1", "60"])).toEqual([1, "60"]);
  expect(await other.rlflxIncr(["a", "2", "60"])).toEqual([3, "60"]);
  expect(await one.rlflxIncr(["b", "1", "60"])).toEqual([1, "60"]);
});

test("the limiter of a process counts by it, in a window of its length", async () => {
  const counts = valkeyCounts(valkey.url);
  open.push(counts);
  await eventually("the connection", () => counts.status === "ready");
  const limiter = createLimiter(counts, { name: "test", points: 5, seconds: 60 });
  expect((await limiter.consume("a")).consumedPoints).toBe(1);
  const { consumedPoints, msBeforeNext } = await limiter.consume("a");
  expect(consumedPoints).toBe(2);
  expect(msBeforeNext).toBeWithin(30_000, 60_001);
});

test("a Valkey that falls silent counts as away soon, and is connected to again", async () => {
  const counts = await connected();
  const other = valkeyClient(valkey.url);
  await other.connect();
  await other.send("CLIENT", ["PAUSE", "60000", "ALL"]);
  await expect(counts.rlflxIncr(["c", "1", "60"])).rejects.toThrow();
  expect(counts.status).toBe("away");
  await valkey.kill();
  await valkey.start();
  await eventually("the new connection", () => counts.status === "ready");
  expect(await counts.rlflxIncr(["c", "1", "60"])).toEqual([1, "60"]);
  other.close();
});

test("a Valkey that ends counts as away, and a count fails at once", async () => {
  const counts = await connected();
  await valkey.kill();
  await eventually("the end", () => counts.status === "away");
  await expect(counts.rlflxIncr(["d", "1", "60"])).rejects.toThrow();
  await valkey.start();
});

test("after its close it is away", async () => {
  const counts = await connected();
  counts.close();
  expect(counts.status).toBe("away");
});

test("without a Valkey there it is away from the beginning", async () => {
  const counts = valkeyCounts("redis://127.0.0.1:1");
  open.push(counts);
  expect(counts.status).toBe("away");
  await expect(counts.rlflxIncr(["e", "1", "60"])).rejects.toThrow();
  expect(counts.status).toBe("away");
});
