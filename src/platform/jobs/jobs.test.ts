import { afterAll, expect, test } from "bun:test";
import { createTestDatabase } from "../../../test/support/database.ts";
import { createLogger } from "../observability/logger.ts";
import { startJobs } from "./jobs.ts";

const logger = createLogger("silent");
const database = await createTestDatabase();
afterAll(() => database.drop());

test("processes that start at the same moment on a new database all get the queue", async () => {
  const all = await Promise.all(
    [true, false, false].map((runs) => startJobs(database.url, logger, runs)),
  );
  expect(all.length).toBe(3);
  for (const jobs of all) await jobs.stop();
});
