import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run, succeed } from "../../scripts/ops/command-line.ts";
import {
  appImage,
  imagesFile,
  parseImages,
  repositoryRoot,
  unreleased,
} from "../../scripts/ops/environments.ts";
import type { Evidence } from "../../scripts/ops/evidence.ts";
import { decrypt, encrypt, secretFiles } from "../../scripts/ops/sops.ts";
import { needTools } from "./manifests.ts";

const root = repositoryRoot();
await needTools("kustomize", "age-keygen", "sops");
const first = `sha256:${"1".repeat(64)}`;
const second = `sha256:${"2".repeat(64)}`;

describe("delivery by git commits", () => {
  let tree: string;
  let registry: ReturnType<typeof Bun.serve>;
  let published: Set<string>;

  const git = (...args: string[]) => succeed(["git", ...args], { cwd: tree });
  const script = (name: string, ...args: string[]) =>
    run([join(root, "scripts", name), ...args, "--root", tree], {
      env: { SOPS_AGE_KEY_FILE: join(tree, "../dev.agekey") },
    });
  const image = async (env: "dev" | "staging" | "production") =>
    appImage(parseImages(await Bun.file(join(tree, imagesFile(env))).text())).digest;
  const release = async (env: "dev" | "staging" | "production", digest: string) => {
    const path = join(tree, imagesFile(env));
    await Bun.write(
      path,
      (await Bun.file(path).text()).replace(
        /(name: atelier\n[^\n]*\n\s*digest: )\S+/,
        `$1${digest}`,
      ),
    );
    await git(
      "commit",
      "--quiet",
      "--all",
      "--message",
      `Release ${digest.slice(7, 12)} to ${env}`,
    );
  };
  const evidence = async (change: Partial<Evidence> = {}) => {
    const path = join(tree, "../evidence.json");
    const now = new Date().toISOString();
    const good: Evidence = {
      environment: "dev",
      digest: first,
      collectedAt: now,
      readiness: { ready: true, revision: "main@sha1:abc" },
      burn: { alertsFired: 0, soakSeconds: 90_000 },
      restoreDrill: { succeededAt: now },
      migrations: { expandOnly: true },
    };
    await Bun.write(path, JSON.stringify({ ...good, ...change }));
    return path;
  };
  const promote = async (...args: string[]) =>
    script("promote", ...args, "--registry", `http://127.0.0.1:${registry.port}`);
  const rollback = async (...args: string[]) =>
    script("rollback", ...args, "--registry", `http://127.0.0.1:${registry.port}`);
  const commits = async () => (await git("log", "--format=%s")).trim().split("\n");

  beforeAll(() => {
    registry = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: (request) => {
        const digest = /^\/v2\/atelier-workspace\/atelier\/manifests\/(sha256:[0-9a-f]{64})$/.exec(
          new URL(request.url).pathname,
        )?.[1];
        return new Response(null, {
          status: digest !== undefined && published.has(digest) ? 200 : 404,
        });
      },
    });
  });
  afterAll(() => registry.stop(true));
  beforeEach(async () => {
    published = new Set([first, second]);
    const folder = await mkdtemp(join(tmpdir(), "atelier-delivery-"));
    tree = join(folder, "tree");
    await succeed(["git", "init", "--quiet", "--initial-branch=main", tree]);
    await git("config", "user.name", "Test");
    await git("config", "user.email", "test@example.com");
    await git("config", "commit.gpgsign", "false");
    for (const path of ["base", "overlays", "clusters", ".sops.yaml"])
      await cp(join(root, path), join(tree, path), { recursive: true });
    await git("add", "--all");
    await git("commit", "--quiet", "--message", "Begin");
    await release("dev", first);
  }, 60_000);
  afterEach(() => rm(join(tree, ".."), { recursive: true, force: true }));

  test("a promotion copies the identical digests in one commit that touches one file", async () => {
    const done = await promote("dev", "staging", "--evidence", await evidence());
    expect(done).toMatchObject({ code: 0, stderr: "" });
    expect(done.stdout).toContain(
      `Deployment/api.spec.template.spec.containers[0].image: "ghcr.io/atelier-workspace/atelier@${unreleased}" -> "ghcr.io/atelier-workspace/atelier@${first}"`,
    );
    expect(await Bun.file(join(tree, imagesFile("staging"))).text()).toBe(
      await Bun.file(join(tree, imagesFile("dev"))).text(),
    );
    expect((await git("show", "--name-only", "--format=%s")).trim()).toBe(
      `Promote 111111111111 from dev to staging\n\n${imagesFile("staging")}`,
    );
    expect(await git("status", "--porcelain")).toBe("");
  }, 60_000);

  test("a dry run says what would change and changes nothing", async () => {
    const before = await commits();
    const done = await promote("dev", "staging", "--dry-run", "--evidence", await evidence());
    expect(done.code).toBe(0);
    expect(done.stdout).toContain(first);
    expect(await commits()).toEqual(before);
    expect(await git("status", "--porcelain")).toBe("");
  }, 60_000);

  const weak: Record<string, [Partial<Evidence>, string]> = {
    "of another environment": [{ environment: "staging" }, "is of staging"],
    "of another digest": [{ digest: second }, `but dev runs ${first}`],
    "older than an hour": [{ collectedAt: "2026-01-01T00:00:00.000Z" }, "older than an hour"],
    "of an environment that is not ready": [
      { readiness: { ready: false, revision: "x" } },
      "dev is not ready",
    ],
    "with a burn-rate alert": [
      { burn: { alertsFired: 2, soakSeconds: 90_000 } },
      "2 burn-rate alerts",
    ],
    "of too short a soak": [{ burn: { alertsFired: 0, soakSeconds: 60 } }, "60 s of the 900 s"],
    "with an old restore drill": [
      { restoreDrill: { succeededAt: "2026-01-01T00:00:00.000Z" } },
      "older than 8 days",
    ],
    "of migrations that contract": [{ migrations: { expandOnly: false } }, "do more than expand"],
  };
  test("a promotion is refused without evidence, and by each kind of weak evidence", async () => {
    const before = await commits();
    expect(await promote("dev", "staging")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("no evidence file"),
    });
    expect(await promote("dev", "staging", "--evidence", "/nowhere")).toMatchObject({ code: 1 });
    for (const [name, [change, reason]] of Object.entries(weak)) {
      const refused = await promote("dev", "staging", "--evidence", await evidence(change));
      expect(`${name}: ${refused.code} ${refused.stderr}`).toContain(`${name}: 1 refused:`);
      expect(refused.stderr).toContain(reason);
    }
    await Bun.write(
      join(tree, "../evidence.json"),
      JSON.stringify({ environment: "dev", digest: first }),
    );
    expect(
      (await promote("dev", "staging", "--evidence", join(tree, "../evidence.json"))).stderr,
    ).toContain("evidence collectedAt");
    expect(await commits()).toEqual(before);
  }, 120_000);

  test("a promotion is refused of what the registry does not have, of nothing, and past an environment", async () => {
    published.clear();
    expect((await promote("dev", "staging", "--evidence", await evidence())).stderr).toContain(
      "does not have",
    );
    expect(
      (await promote("staging", "production", "--evidence", await evidence())).stderr,
    ).toContain("already runs");
    expect(await promote("dev", "production", "--evidence", await evidence())).toMatchObject({
      code: 64,
    });
    await release("dev", unreleased);
    await release("staging", second);
    expect((await promote("dev", "staging", "--evidence", await evidence())).stderr).toContain(
      "nothing has been released",
    );
  }, 60_000);

  test("a rollback restores what ran before, and refuses where nothing did", async () => {
    expect((await rollback("production")).stderr).toContain("has run nothing before");
    await release("dev", second);
    const done = await rollback("dev");
    expect(done).toMatchObject({ code: 0, stderr: "" });
    expect(await image("dev")).toBe(first);
    expect((await commits())[0]).toBe("Roll dev back to 111111111111");
    published.delete(second);
    expect((await rollback("dev")).stderr).toContain("does not have");
  }, 60_000);

  test("a built image is released to dev by a commit of its digest alone", async () => {
    expect((await script("release-to-dev", "latest")).code).toBe(64);
    expect((await script("release-to-dev", first)).stderr).toContain("already runs");
    expect((await script("release-to-dev", second, "--dry-run")).code).toBe(0);
    expect(await image("dev")).toBe(first);
    expect((await script("release-to-dev", second)).code).toBe(0);
    expect((await git("show", "--numstat", "--format=")).trim()).toBe(`1\t1\t${imagesFile("dev")}`);
    expect(await image("dev")).toBe(second);
  });

  test("production's tags only ever rise", async () => {
    expect((await script("release", "1.2", "--dry-run")).code).toBe(64);
    expect((await script("release", "0.2.0", "--dry-run")).stdout).toBe("would sign v0.2.0\n");
    await git("tag", "v0.10.0");
    expect((await script("release", "0.9.0", "--dry-run")).stderr).toContain(
      "production would not follow v0.9.0",
    );
    expect((await script("release", "0.11.0", "--dry-run")).code).toBe(0);
  });

  describe("rotation", () => {
    const values = (file: keyof ReturnType<typeof secretFiles>) =>
      decrypt(tree, secretFiles("dev")[file]);
    beforeEach(async () => {
      process.env.SOPS_AGE_KEY_FILE = join(tree, "../dev.agekey");
      const made = await script("new-secrets", "dev", "--key-file", join(tree, "../dev.agekey"));
      expect(made).toMatchObject({ code: 0 });
      await git("commit", "--quiet", "--all", "--message", "Make dev's secrets");
    }, 60_000);
    afterEach(() => {
      delete process.env.SOPS_AGE_KEY_FILE;
    });

    test("of the keys: the new one is first and the old one still there, until it is retired", async () => {
      const old = (await values("app")).ATELIER_SECRET_KEYS ?? "";
      expect((await script("rotate-secret", "dev", "keys")).code).toBe(0);
      const both = ((await values("app")).ATELIER_SECRET_KEYS ?? "").split(",");
      expect(both).toHaveLength(2);
      expect(both[1]).toBe(old);
      for (const key of both) expect(key).toMatch(/^[\w-]{1,32}:[A-Za-z0-9+/=_-]{44}$/);
      expect((await script("rotate-secret", "dev", "keys", "--retire")).code).toBe(0);
      expect((await values("app")).ATELIER_SECRET_KEYS).toBe(both[0]);
      expect((await script("rotate-secret", "dev", "keys", "--retire")).stderr).toContain(
        "only one key",
      );
      expect((await commits()).slice(0, 2)).toEqual([
        "Retire the old keys of dev",
        "Rotate dev's keys",
      ]);
    }, 60_000);

    test("of the database: app and migrations move to the other role of theirs, whose password alone has changed", async () => {
      const before = await values("postgres");
      const signsIn = async (file: "app" | "migrate") => {
        const { username, password } = new URL((await values(file)).DATABASE_URL ?? "");
        return [username, password];
      };
      expect(await signsIn("app")).toEqual(["atelier_app_a", before.ATELIER_APP_A_PASSWORD ?? ""]);
      expect(await signsIn("migrate")).toEqual(["atelier_a", before.ATELIER_A_PASSWORD ?? ""]);
      expect((await script("rotate-secret", "dev", "database")).code).toBe(0);
      const after = await values("postgres");
      const changed = (from: typeof before, to: typeof before) =>
        Object.keys(to).filter((name) => from[name] !== to[name]);
      expect(changed(before, after)).toEqual(["ATELIER_B_PASSWORD", "ATELIER_APP_B_PASSWORD"]);
      expect(await signsIn("app")).toEqual(["atelier_app_b", after.ATELIER_APP_B_PASSWORD ?? ""]);
      expect(await signsIn("migrate")).toEqual(["atelier_b", after.ATELIER_B_PASSWORD ?? ""]);
      expect((await script("rotate-secret", "dev", "database", "--retire")).code).toBe(0);
      expect(changed(after, await values("postgres"))).toEqual([
        "ATELIER_A_PASSWORD",
        "ATELIER_APP_A_PASSWORD",
      ]);
    }, 60_000);

    test("of the database: an app that still signs in as the owner moves to a role that owns nothing", async () => {
      const { ATELIER_APP_A_PASSWORD, ATELIER_APP_B_PASSWORD, ...former } =
        await values("postgres");
      const owner = (await values("migrate")).DATABASE_URL ?? "";
      await encrypt(tree, secretFiles("dev").postgres, former);
      await encrypt(tree, secretFiles("dev").app, {
        ...(await values("app")),
        DATABASE_URL: owner,
      });
      await git("commit", "--quiet", "--all", "--message", "As an older release made it");
      expect((await script("rotate-secret", "dev", "database")).code).toBe(0);
      const passwords = await values("postgres");
      const url = new URL((await values("app")).DATABASE_URL ?? "");
      expect([url.username, url.password]).toEqual([
        "atelier_app_a",
        passwords.ATELIER_APP_A_PASSWORD ?? "",
      ]);
      expect(passwords.ATELIER_APP_B_PASSWORD).toMatch(/^[\w-]{43}$/);
      // Running pods keep working until they are replaced; only then is their password invalidated.
      expect(passwords.ATELIER_A_PASSWORD).toBe(new URL(owner).password);
      expect((await script("rotate-secret", "dev", "database", "--retire")).code).toBe(0);
      expect((await values("postgres")).ATELIER_A_PASSWORD).not.toBe(new URL(owner).password);
    }, 60_000);

    test("of Valkey: two passwords are good during the change, one after it", async () => {
      const hash = (password: string) =>
        `#${new Bun.CryptoHasher("sha256").update(password).digest("hex")}`;
      const old = new URL((await values("app")).VALKEY_URL ?? "").password;
      expect((await script("rotate-secret", "dev", "valkey")).code).toBe(0);
      const next = new URL((await values("app")).VALKEY_URL ?? "").password;
      expect((await values("valkey")).USERS_ACL).toContain(`${hash(old)} ${hash(next)}`);
      expect((await script("rotate-secret", "dev", "valkey", "--retire")).code).toBe(0);
      expect((await values("valkey")).USERS_ACL).not.toContain(hash(old));
    }, 60_000);

    test("no plain text is left in the work tree, and another environment's key opens nothing", async () => {
      const secret = (await values("app")).DATABASE_URL ?? "-";
      expect(
        (
          await run([
            "grep",
            "--recursive",
            "--files-with-matches",
            "--fixed-strings",
            new URL(secret).password,
            tree,
          ])
        ).stdout,
      ).toBe("");
      expect(
        (await script("new-secrets", "staging", "--key-file", join(tree, "../staging.agekey")))
          .code,
      ).toBe(0);
      await git("commit", "--quiet", "--all", "--message", "Make staging's secrets");
      expect(
        (
          await run([join(root, "scripts/rotate-secret"), "dev", "keys", "--root", tree], {
            env: { SOPS_AGE_KEY_FILE: join(tree, "../staging.agekey") },
          })
        ).code,
      ).toBe(77);
      expect(
        (await script("new-secrets", "dev", "--key-file", join(tree, "inside.agekey"))).code,
      ).toBe(64);
    }, 60_000);

    test("in production it raises the revision that rolls the pods", async () => {
      expect((await script("rotate-secret", "production", "keys")).code).toBe(0);
      expect(
        await Bun.file(join(tree, "overlays/production/app/secret-revision.yaml")).text(),
      ).toContain('secret-revision: "2"');
    });
  });

  test("every script explains itself and refuses what it does not know", async () => {
    for (const name of [
      "audit",
      "render",
      "diff",
      "promote",
      "rollback",
      "release",
      "release-to-dev",
      "bootstrap",
      "rotate-secret",
      "new-secrets",
      "backup-database",
      "restore-database",
    ]) {
      const help = await run([join(root, "scripts", name), "--help"]);
      expect(`${name} ${help.code} ${help.stdout.split(/\s/)[0]}`).toBe(`${name} 0 ${name}`);
      expect(`${name} ${(await run([join(root, "scripts", name), "--nonsense"])).code}`).toBe(
        `${name} 64`,
      );
    }
  }, 60_000);
});
