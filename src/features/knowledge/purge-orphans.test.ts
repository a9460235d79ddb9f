import { afterAll, beforeAll, expect, test } from "bun:test";
import { createTestApp, type Person, type TestApp } from "../../../test/support/app.ts";
import { TestClock } from "../../../test/support/clock.ts";
import { read } from "../../../test/support/read.ts";
import { systemContext } from "../../platform/context.ts";
import { createLogger } from "../../platform/observability/logger.ts";
import { purgeOrphans } from "./purge-orphans.ts";
import { uploadedFile } from "./schema.ts";

const DAY_MS = 86_400_000;
const clock = new TestClock();
let app: TestApp;
let ada: Person;
let logged = "";
beforeAll(async () => {
  const logger = createLogger("warn", {
    write: (line) => {
      logged += line;
    },
  });
  app = await createTestApp({ deps: { clock, logger }, env: { ATELIER_RESTORE_DAYS: "3" } });
  ada = await app.person("Ada");
});
afterAll(() => app.close());

/** An id as made so many days ago. */
const madeBefore = (days: number, n = 0) => {
  const at = Math.floor(clock.now().getTime() - days * DAY_MS).toString(16);
  const time = at.padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${n.toString(16).padStart(12, "0")}`;
};

/** Removes orphans among these keys. @returns those that were deleted. */
async function purge(keys: string[], broken?: string): Promise<string[]> {
  const deleted: string[] = [];
  const blobs = {
    ...app.deps.blobs,
    async *list(prefix: string) {
      expect(prefix).toBe("files");
      yield* keys;
    },
    async delete(key: string) {
      if (key === broken) throw new Error("not now");
      deleted.push(key);
    },
  };
  await purgeOrphans(systemContext({ ...app.deps, blobs }, "test"));
  return deleted;
}

test("bytes without a version are removed once the restore window has passed, drafts too", async () => {
  const project = Bun.randomUUIDv7();
  const old = `files/${project}/${madeBefore(3.001)}`;
  const draft = `files/${project}/${madeBefore(4)}_${Bun.randomUUIDv7()}`;
  const recent = `files/${project}/${madeBefore(2.999)}`;
  const foreign = [`files/${project}/notes`, `other/${project}/${madeBefore(9)}`];
  expect(await purge([old, draft, recent, ...foreign])).toEqual([old, draft]);
});

test("bytes of a version stay, under its own project only", async () => {
  const { personalProjectId } = ada.me;
  const path = `/projects/${personalProjectId}/files/a.txt`;
  const { newest } = await read(await ada.request("PUT", path, new Blob(["A"])), uploadedFile);
  clock.advance(30 * DAY_MS);
  const stray = `files/${Bun.randomUUIDv7()}/${newest.id}`;
  expect(await purge([`files/${personalProjectId}/${newest.id}`, stray])).toEqual([stray]);
});

test("any number is removed in batches, and one that cannot be does not keep the others", async () => {
  const keys = Array.from({ length: 1_100 }, (_, n) => `files/p/${madeBefore(9, n)}`);
  logged = "";
  expect(await purge(keys, keys[3])).toEqual(keys.toSpliced(3, 1));
  expect(logged).toContain(keys[3] ?? "?");
});
