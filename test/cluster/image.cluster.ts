import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseObjects, renderText, repositoryRoot } from "../../scripts/ops/environments.ts";
import { makeCertificate } from "../ops/certificate.ts";
import { makeRoles, rolePasswords } from "../ops/database-roles.ts";
import { at, labels, maps, podTemplates, text } from "../ops/manifests.ts";
import { findPostgres, type PostgresServer, startPostgres } from "../ops/postgres-server.ts";
import { type Storage, startStorage } from "../ops/storage.ts";
import { type Container, type Image, openImage } from "./container.ts";
import { freePort, until } from "./control-plane.ts";

const name = process.env.IMAGE_TEST_IMAGE ?? "";
const baseLayers = 1;

describe("the image, as the cluster runs it: another user than root, a read-only root, no capabilities", () => {
  let image: Image;
  let postgres: PostgresServer;
  let database: string;
  let certificates = "";
  const keys = `k1:${Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64")}`;

  const settings = (port: number, metrics: number, more: Record<string, string> = {}) => ({
    PORT: String(port),
    ATELIER_METRICS_PORT: String(metrics),
    DATABASE_URL: database,
    ATELIER_SECRET_KEYS: keys,
    ATELIER_LOG_LEVEL: "warn",
    ...more,
  });
  const start = async (role: string, more: Record<string, string> = {}) => {
    const [port, metrics] = [await freePort(), await freePort()];
    const container = await image.start(["serve", "--role", role], settings(port, metrics, more));
    const url = `http://127.0.0.1:${port}`;
    try {
      await until(
        `${role} is ready`,
        async () => (await fetch(`${url}/readyz`)).status === 200,
        30_000,
      );
    } catch (error) {
      throw new Error(`${error}\n${await container.output()}`);
    }
    return { container, url, metrics: `http://127.0.0.1:${metrics}` };
  };
  const status = async (url: string) => {
    const answer = await fetch(url, { redirect: "manual" });
    await answer.arrayBuffer();
    return answer.status;
  };

  beforeAll(async () => {
    const bin = await findPostgres();
    if (bin === undefined)
      throw new Error("no PostgreSQL server is installed under /usr/lib/postgresql");
    postgres = await startPostgres(bin);
    await makeRoles(postgres, rolePasswords());
    database = postgres.url("atelier", "atelier_app_a");
    certificates = await mkdtemp(join(tmpdir(), "atelier-certificates-"));
    image = await openImage(name);
    const migrated = await image.start(["migrate"], {
      DATABASE_URL: postgres.url("atelier", "atelier_a"),
    });
    if ((await migrated.exited) !== 0) throw new Error(await migrated.output());
  }, 120_000);
  afterAll(async () => {
    await image?.stop();
    await postgres?.stop();
    await rm(certificates, { recursive: true, force: true });
  });

  test("its layers over the base are under 100 MB compressed", () => {
    const bytes = image.layers.slice(baseLayers).reduce((sum, size) => sum + size, 0);
    process.stdout.write(
      `image: ${(bytes / 1e6).toFixed(1)} MB compressed over its base of ${((image.layers[0] ?? 0) / 1e6).toFixed(1)} MB\n`,
    );
    expect(bytes).toBeLessThan(100e6);
  });

  test("it says what it is, starts without a shell and names a user who is not root", () => {
    expect(image.config.User).toBe("10001:10001");
    expect(image.config.Entrypoint?.[0]).toBe("bun");
    expect(image.config.Labels?.["org.opencontainers.image.revision"]).toMatch(/^[0-9a-f]{40}$/);
  });

  test("api serves its own, and neither pages nor metrics", async () => {
    const { url, metrics, container } = await start("api");
    expect(await status(`${url}/livez`)).toBe(200);
    expect(await status(`${url}/startupz`)).toBe(200);
    expect(await status(`${url}/api/openapi.json`)).toBe(200);
    expect(await status(`${url}/`)).toBe(404);
    expect(await status(`${url}/metrics`)).toBe(404);
    expect(await status(`${metrics}/metrics`)).toBe(200);
    await container.remove();
  });

  test("web serves pages and no API", async () => {
    const { url, container } = await start("web");
    expect(await status(`${url}/`)).toBe(200);
    expect(await status(`${url}/api/openapi.json`)).toBe(404);
    // Any path is a page of the app, this one too, but not the metrics.
    expect(await (await fetch(`${url}/metrics`)).text()).not.toContain("# HELP");
    await container.remove();
  });

  test("worker answers probes and nothing else", async () => {
    const { url, container } = await start("worker");
    expect(await status(`${url}/livez`)).toBe(200);
    expect(await status(`${url}/`)).toBe(404);
    expect(await status(`${url}/api/openapi.json`)).toBe(404);
    await container.remove();
  });

  for (const role of ["api", "web", "worker"]) {
    test(`${role} starts with exactly the settings that its manifest gives, and without Valkey or the bucket`, async () => {
      const objects = parseObjects(await renderText(repositoryRoot(), "overlays/dev/app"));
      const template = podTemplates(objects).find((pod) => pod.owner === `Deployment/${role}`);
      const given = maps(template?.spec, "containers")[0];
      const shared = objects.find((object) => object.metadata.name.startsWith("app-config-"));
      const secrets: Record<string, string> = {
        DATABASE_URL: database,
        VALKEY_URL: "redis://:secret@127.0.0.1:1",
        ATELIER_SECRET_KEYS: keys,
        AWS_ACCESS_KEY_ID: "id",
        AWS_SECRET_ACCESS_KEY: "secret",
      };
      const [port, metrics] = [await freePort(), await freePort()];
      const env = {
        ...labels(shared, "data"),
        ...Object.fromEntries(maps(given, "env").map((v) => [text(v, "name"), text(v, "value")])),
        // Containers share this machine's ports, which pods do not.
        PORT: String(port),
        ATELIER_METRICS_PORT: String(metrics),
      };
      const args = at(given, "args");
      const container = await image.start(Array.isArray(args) ? args.map(String) : [], env, {
        files: {
          ...Object.fromEntries(
            Object.entries(secrets).map(([key, value]) => [
              `/etc/atelier/secrets/${key}`,
              `${value}\n`,
            ]),
          ),
          "/etc/atelier/database-ca/ca.crt": await Bun.file(
            makeCertificate(certificates).cert,
          ).text(),
        },
      });
      const url = `http://127.0.0.1:${port}`;
      try {
        await until(
          "it is ready",
          async () => (await fetch(`${url}/readyz`)).status === 200,
          30_000,
        );
      } catch (error) {
        throw new Error(`${error}\n${await container.output()}`);
      }
      const probes = ["startupProbe", "readinessProbe", "livenessProbe"];
      for (const probe of probes)
        expect(await status(`${url}${text(given, probe, "httpGet", "path")}`)).toBe(200);
      expect(await status(`http://127.0.0.1:${metrics}/metrics`)).toBe(200);
      if (role !== "worker") {
        const page = await fetch(`${url}${role === "api" ? "/api/openapi.json" : "/"}`);
        expect(page.headers.get("strict-transport-security")).toContain("max-age=");
      }
      await container.remove();
    }, 60_000);
  }

  test("it runs with no right that it was not given, and can write only where it may", async () => {
    const { container } = await start("api");
    const inside = async (code: string) =>
      (await container.exec(["bun", "-e", code])).output.trim();
    const own = await inside('console.log(await Bun.file("/proc/1/status").text())');
    expect(own).toMatch(/^Uid:\s+10001\s/m);
    for (const set of ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"])
      expect(own).toMatch(new RegExp(`^${set}:\\s+0000000000000000$`, "m"));
    expect(own).toMatch(/^NoNewPrivs:\s+1$/m);
    for (const path of ["/app/x", "/etc/x", "/usr/local/bin/x"])
      expect(await inside(`await Bun.write("${path}", "x")`)).toMatch(/EROFS|EACCES/);
    expect(await inside('console.log(await Bun.write("/var/lib/atelier/x", "x"))')).toBe("1");
    await container.remove();
  });

  test("an unknown setting stops the start by its name", async () => {
    const container = await image.start(
      ["serve", "--role", "api"],
      settings(0, 0, { ATELIER_SERVICE_HOST: "10.0.0.1" }),
    );
    expect(await container.exited).not.toBe(0);
    expect(await container.output()).toContain("ATELIER_SERVICE_HOST");
  });

  test("told to end under load it fails no request: it leaves readiness first, and closes when nobody asks any more", async () => {
    const { container, url } = await start("api", {
      ATELIER_DRAIN_SECONDS: "15",
      ATELIER_RATE_LIMIT: "0",
    });
    let balanced = true;
    let served = 0;
    let afterSignal = 0;
    let signalled = false;
    const failures: string[] = [];
    const callers = Array.from({ length: 20 }, async () => {
      // Like a load balancer: it keeps sending until it has seen the pod leave.
      while (balanced) {
        try {
          const answer = await fetch(`${url}/api/openapi.json`);
          await answer.arrayBuffer();
          if (answer.status !== 200) failures.push(String(answer.status));
          served += 1;
          if (signalled) afterSignal += 1;
        } catch (error) {
          failures.push(String(error));
          await Bun.sleep(100);
        }
        await Bun.sleep(2);
      }
    });
    await Bun.sleep(1000);
    await container.signal("TERM");
    signalled = true;
    await until(
      "readiness is off",
      async () => (await fetch(`${url}/readyz`)).status === 503,
      10_000,
    );
    // The lag of endpoints and of the load balancer's check.
    await Bun.sleep(2000);
    balanced = false;
    await Promise.all(callers);
    expect(failures).toEqual([]);
    expect(served).toBeGreaterThan(100);
    expect(afterSignal).toBeGreaterThan(50);
    expect(await container.exited).toBe(0);
  }, 90_000);

  test("it backs the database up and restores it, by itself", async () => {
    const storage: Storage = await startStorage();
    try {
      // The host's files are not in the container: the certificate is passed in a variable.
      const { NODE_EXTRA_CA_CERTS: certificate = "", ...rest } = storage.env;
      const run = async (script: string, args: string[], url: string) => {
        const source = `await Bun.write("/tmp/ca.pem", ${JSON.stringify(await Bun.file(certificate).text())}); const p = Bun.spawn(["bun", "/app/scripts/ops/${script}.ts", ...${JSON.stringify(args)}], { env: { ...process.env, NODE_EXTRA_CA_CERTS: "/tmp/ca.pem" }, stdout: "inherit", stderr: "inherit" }); process.exit(await p.exited);`;
        const container: Container = await image.start(
          ["-e", source],
          { ...rest, DATABASE_URL: url },
          { entrypoint: ["bun"] },
        );
        const code = await container.exited;
        return `${code} ${await container.output()}`;
      };
      expect(
        await run(
          "backup-database",
          ["--work-dir", "/tmp"],
          postgres.url("atelier", "atelier_backup"),
        ),
      ).toMatch(/^0 backed up \d\d tables/);
      expect(
        await run(
          "restore-database",
          ["--latest", "--drill", "--work-dir", "/tmp"],
          postgres.url("drill"),
        ),
      ).toMatch(/^0 restored \d\d tables .*, equal to the backup/);
    } finally {
      await storage.stop();
    }
  }, 60_000);
});
