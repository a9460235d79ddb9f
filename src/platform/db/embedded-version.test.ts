import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testServer } from "../../../test/support/database.ts";
import { openDatabase } from "./client.ts";
import { startEmbedded } from "./embedded.ts";
import { findBinaries, OtherMajorError } from "./embedded-version.ts";

const root = join(import.meta.dir, "..", "..", "..");
const folder = mkdtempSync(join(tmpdir(), "atelier-major-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("one machine, the tests and the cluster run the same major version of PostgreSQL", async () => {
  const { major } = await findBinaries();
  const image = readFileSync(join(root, "Containerfile"), "utf8");
  // The client programs in the image follow the server version of the manifests: docs/operating.md.
  expect(/^ARG POSTGRES_MAJOR=(\d+)$/m.exec(image)?.[1]).toBe(String(major));
  const client = openDatabase({ url: (await testServer()).url, poolMax: 1 });
  const [row] =
    await client.sql`select current_setting('server_version_num')::int / 10000 as major`;
  await client.close();
  expect(row?.major).toBe(major);
});

test("a data folder with the database of another major version is refused, named and left unchanged", async () => {
  const cluster = join(folder, "postgres");
  mkdirSync(cluster);
  writeFileSync(join(cluster, "PG_VERSION"), "18\n");
  const refused = await startEmbedded(folder).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(OtherMajorError);
  expect(String(refused)).toContain(
    "is a database of PostgreSQL 18; this Atelier includes PostgreSQL 17",
  );
  expect(readdirSync(cluster)).toEqual(["PG_VERSION"]);
  expect(readdirSync(folder)).toEqual(["postgres"]);
});
