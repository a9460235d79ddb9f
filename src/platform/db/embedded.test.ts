import { afterAll, expect, test } from "bun:test";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { startServer } from "../../../test/support/server.ts";
import { APP_ROLE } from "./app-role.ts";
import { openDatabase } from "./client.ts";
import { embeddedUrl } from "./embedded.ts";

const root = mkdtempSync(join(tmpdir(), "atelier-embedded-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Starts and stops the embedded PostgreSQL in a separate process. @returns the user that it ran as. */
async function userOf(dataDir: string, env: Record<string, string>): Promise<number> {
  const script = `
    import { readFileSync, statSync } from "node:fs";
    import { startEmbedded } from ${JSON.stringify(join(import.meta.dir, "embedded.ts"))};
    const server = await startEmbedded(${JSON.stringify(dataDir)});
    const pid = readFileSync(${JSON.stringify(join(dataDir, "postgres", "postmaster.pid"))}, "utf8").split("\\n")[0];
    const uid = statSync("/proc/" + pid).uid;
    await server.stop();
    console.log(JSON.stringify({ uid }));`;
  const child = Bun.spawn([process.execPath, "-e", script], {
    env,
    stdout: "pipe",
    stderr: "pipe",
  });
  const [said, complaint] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  if ((await child.exited) !== 0) throw new Error(complaint);
  return z.object({ uid: z.number() }).parse(JSON.parse(said)).uid;
}

test("where root may not create a user namespace, PostgreSQL runs as nobody in a folder that only root can list", async () => {
  // A PATH without the program that creates namespaces.
  const programs = join(root, "bin");
  mkdirSync(programs);
  for (const name of ["sh", "ps"]) symlinkSync(Bun.which(name) ?? "", join(programs, name));
  // Parent folders belong to the administrator and are traversable, like /tmp and /var/lib.
  chmodSync(root, 0o711);
  const dataDir = join(root, "data");
  const uid = await userOf(dataDir, { PATH: programs });
  const self = process.getuid?.() ?? 0;
  expect(uid).toBe(self === 0 ? 65_534 : self);
  expect(statSync(dataDir).mode & 0o077).toBe(self === 0 ? 0o011 : 0);
  expect(statSync(dataDir).uid).toBe(self);
});

test("the product on one machine works as a role that owns nothing, from the first start on", async () => {
  const server = await startServer();
  const owner = openDatabase({ url: embeddedUrl(server.dataDir), poolMax: 1 });
  try {
    const users = await owner.sql`
      select distinct usename as name, rolsuper as super from pg_stat_activity join pg_roles on rolname = usename
      where backend_type = 'client backend' and pid <> pg_backend_pid()`;
    expect([...users]).toEqual([{ name: APP_ROLE, super: false }]);
  } finally {
    await owner.close();
    await server.stop();
    server.remove();
  }
}, 90_000);
