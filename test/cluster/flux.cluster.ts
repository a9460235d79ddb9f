import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { run, succeed } from "../../scripts/ops/command-line.ts";
import {
  imagesFile,
  renderText,
  repositoryRoot,
  stages,
  unreleased,
} from "../../scripts/ops/environments.ts";
import { at, maps, text } from "../ops/manifests.ts";
import { type Cluster, installDefinitions, startCluster, until } from "./control-plane.ts";
import { type Flux, startFlux, untilApplied } from "./flux.ts";
import { type GitServer, startGitServer } from "./git-server.ts";
import { type Nodes, startNodes } from "./nodes.ts";

const root = repositoryRoot();
const good = `sha256:${"a".repeat(64)}`;
const failed = `sha256:${"d".repeat(64)}`;
const bad = `sha256:${"b".repeat(64)}`;

describe.skipIf(process.env.CLUSTER_TEST_KUBECONFIG !== undefined)(
  "Flux's controllers deliver clusters/dev from a repository",
  () => {
    let cluster: Cluster;
    let nodes: Nodes;
    let flux: Flux;
    let repository: GitServer;
    let applied: string;

    const script = (name: string, ...args: string[]) =>
      succeed([join(root, "scripts", name), ...args, "--root", repository.tree], {
        env: { SOPS_AGE_KEY_FILE: join(cluster.folder, "dev.agekey") },
      });
    const edit = async (path: string, change: (text: string) => string) => {
      const file = join(repository.tree, path);
      await Bun.write(file, change(await Bun.file(file).text()));
    };
    const pods = async (component: string) =>
      maps(
        JSON.parse(
          await cluster.must([
            "get",
            "pods",
            "--namespace=atelier",
            `--selector=app.kubernetes.io/component=${component}`,
            "--output=json",
          ]),
        ),
        "items",
      );
    const ready = async (component: string, digest: string) =>
      (await pods(component)).filter(
        (pod) =>
          maps(pod, "spec", "containers").some((c) => text(c, "image").endsWith(digest)) &&
          maps(pod, "status", "conditions").some((c) => c.type === "Ready" && c.status === "True"),
      ).length;
    const deploy = async (message: string, ...which: string[]) => {
      const commit = await repository.push(message);
      await flux.look();
      await until(
        "the source has the commit",
        async () => (await flux.condition("gitrepository", "atelier")).revision.endsWith(commit),
        60_000,
      );
      await flux.look(...which);
      return commit;
    };

    beforeAll(async () => {
      [cluster, repository] = await Promise.all([startCluster(), startGitServer()]);
      await installDefinitions(cluster);
      nodes = await startNodes(cluster);
      for (const path of ["base", "overlays", "clusters", ".sops.yaml"])
        await cp(join(root, path), join(repository.tree, path), { recursive: true });
      await repository.push("Begin");
      await script("new-secrets", "dev", "--key-file", join(cluster.folder, "dev.agekey"));
      await edit(imagesFile("dev"), (text) => text.replace(unreleased, good));
      await repository.push("Release to dev");
      await script("bootstrap", "dev", "--url", repository.url, "--write-only");
      applied = await repository.push("Follow this repository");
      await cluster.must([
        "create",
        "secret",
        "generic",
        "sops-age",
        "--namespace=flux-system",
        `--from-file=age.agekey=${join(cluster.folder, "dev.agekey")}`,
      ]);
      flux = await startFlux(cluster);
      await cluster.must(
        ["apply", "--server-side", "--filename", "-"],
        await renderText(repository.tree, "clusters/dev"),
      );
    }, 180_000);
    afterAll(async () => {
      await flux?.stop();
      await nodes?.stop();
      await cluster?.stop();
      await repository?.stop();
    }, 60_000);

    test("a commit is applied stage by stage until all of it is ready", async () => {
      for (const stage of stages) await untilApplied(flux, stage, applied, 180_000);
      expect(await ready("api", good)).toBe(3);
      const made = async (kind: string, name: string, path: (string | number)[]) =>
        Date.parse(
          text(
            JSON.parse(
              await cluster.must(["get", kind, name, "--namespace=atelier", "--output=json"]),
            ),
            ...path,
          ),
        );
      // Deployments are made only after the migration has completed, and that only after the database runs.
      expect(
        await made("deployment", "api", ["metadata", "creationTimestamp"]),
      ).toBeGreaterThanOrEqual(await made("job", "migrate", ["status", "completionTime"]));
      expect(
        await made("job", "migrate", ["metadata", "creationTimestamp"]),
      ).toBeGreaterThanOrEqual(
        await made("statefulset", "postgres", ["metadata", "creationTimestamp"]),
      );
    }, 400_000);

    test("secrets are opened on the way, and only in the cluster", async () => {
      const secrets = maps(
        JSON.parse(await cluster.must(["get", "secrets", "--namespace=atelier", "--output=json"])),
        "items",
      );
      const app = secrets.find((secret) =>
        text(secret, "metadata", "name").startsWith("app-secrets-"),
      );
      expect(Buffer.from(text(app, "data", "DATABASE_URL"), "base64").toString()).toMatch(
        /^postgresql:\/\/atelier_app_a:[\w-]{43}@postgres:5432\/atelier\?sslmode=verify-full$/,
      );
      expect(Object.keys(at(app, "data") ?? {}).sort()).toEqual([
        "ATELIER_SECRET_KEYS",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "DATABASE_URL",
        "VALKEY_URL",
      ]);
      expect(
        await Bun.file(join(repository.tree, "overlays/dev/app/secrets/app.sops.env")).text(),
      ).not.toContain("postgresql://");
    });

    test("an edit by hand is taken back", async () => {
      await cluster.must([
        "set",
        "image",
        "deployment/worker",
        "--namespace=atelier",
        `worker=ghcr.io/atelier-workspace/atelier@sha256:${"c".repeat(64)}`,
      ]);
      await cluster.must(["delete", "networkpolicy/default-deny", "--namespace=atelier"]);
      await flux.look("policies", "app");
      await until(
        "the image and the policy are back",
        async () => {
          const image = await cluster.must([
            "get",
            "deployment/worker",
            "--namespace=atelier",
            "--output=jsonpath={.spec.template.spec.containers[0].image}",
          ]);
          return (
            image.endsWith(good) &&
            (await cluster.kubectl(["get", "networkpolicy/default-deny", "--namespace=atelier"]))
              .code === 0
          );
        },
        90_000,
      );
    }, 120_000);

    test("a rotated key gives the app's pods a rollout", async () => {
      const before = await cluster.must([
        "get",
        "deployment/api",
        "--namespace=atelier",
        "--output=jsonpath={.metadata.generation}",
      ]);
      await script("rotate-secret", "dev", "keys");
      applied = await deploy("Push the rotation", ...stages);
      await untilApplied(flux, "app", applied, 180_000);
      expect(
        Number(
          await cluster.must([
            "get",
            "deployment/api",
            "--namespace=atelier",
            "--output=jsonpath={.metadata.generation}",
          ]),
        ),
      ).toBeGreaterThan(Number(before));
    }, 240_000);

    test("a release whose pods never get ready leaves the old ones serving and says why", async () => {
      nodes.broken.add(bad);
      await edit(imagesFile("dev"), (text) => text.replace(good, bad));
      await deploy("Release something broken", ...stages);
      const said = await until(
        "the app stage has failed",
        async () => {
          const condition = await flux.condition("kustomization", "app");
          return condition.reason === "HealthCheckFailed" ? condition : undefined;
        },
        400_000,
      );
      expect(said.ready).toBe(false);
      expect(said.message).toMatch(/Deployment\/atelier\/(api|web|worker)/);
      expect(await ready("api", good)).toBe(3);
      expect(await ready("api", bad)).toBe(0);
    }, 460_000);

    test("a revert heals it", async () => {
      await repository.git("revert", "--no-edit", "HEAD");
      applied = await deploy("Back to what worked", ...stages);
      await untilApplied(flux, "app", applied, 180_000);
      expect(await ready("api", good)).toBe(3);
      expect((await pods("api")).length).toBe(3);
    }, 240_000);

    test("a migration that fails stops the chain: the app stays as it is", async () => {
      nodes.failing.add(failed);
      await edit(imagesFile("dev"), (text) => text.replace(good, failed));
      await deploy("Release a migration that fails", ...stages);
      const said = await until(
        "the migrate stage has failed",
        async () => {
          const condition = await flux.condition("kustomization", "migrate");
          return condition.reason === "HealthCheckFailed" ? condition : undefined;
        },
        400_000,
      );
      expect(said.message).toContain("Job/atelier/migrate");
      expect(await ready("api", good)).toBe(3);
      expect((await pods("api")).length).toBe(3);
      expect((await flux.condition("kustomization", "app")).revision).toEndWith(applied);
      await repository.git("revert", "--no-edit", "HEAD");
      applied = await deploy("Back again", ...stages);
      await untilApplied(flux, "app", applied, 180_000);
    }, 640_000);

    test("production believes a tag that a release key signed, and no other", async () => {
      const keys = join(cluster.folder, "gpg");
      await mkdir(keys, { mode: 0o700 });
      const gpg = (...args: string[]) =>
        succeed(["gpg", "--batch", "--homedir", keys, ...args], { env: { GNUPGHOME: keys } });
      await gpg(
        "--passphrase",
        "",
        "--quick-generate-key",
        "Release <release@example.com>",
        "ed25519",
      );
      await gpg("--armor", "--output", join(keys, "public.asc"), "--export", "release@example.com");
      await repository.git("config", "user.signingkey", "release@example.com");
      const sign = await run([join(root, "scripts/release"), "0.1.0", "--root", repository.tree], {
        env: { GNUPGHOME: keys },
      });
      expect(sign).toMatchObject({ code: 0 });
      await repository.git("push", "--quiet", "origin", "v0.1.0");
      await cluster.must([
        "create",
        "secret",
        "generic",
        "release-keys",
        "--namespace=flux-system",
        `--from-file=keys.asc=${join(keys, "public.asc")}`,
      ]);
      const source = (await Bun.file(join(root, "clusters/production/sources.yaml")).text())
        .replace(/url: .*/, `url: ${repository.url}`)
        .replace("name: atelier", "name: production");
      await cluster.must(["apply", "--server-side", "--filename", "-"], source);
      await until(
        "the signed tag is there",
        async () =>
          (await flux.condition("gitrepository", "production")).revision.startsWith("v0.1.0@"),
        60_000,
      );
      await repository.git("tag", "--annotate", "v0.2.0", "--message", "Nobody signed this");
      await repository.git("push", "--quiet", "origin", "v0.2.0");
      await cluster.must([
        "annotate",
        "--namespace=flux-system",
        "gitrepository/production",
        "reconcile.fluxcd.io/requestedAt=now",
      ]);
      const refused = await until(
        "the unsigned tag is refused",
        async () => {
          const condition = await flux.condition("gitrepository", "production");
          return condition.ready ? undefined : condition;
        },
        60_000,
      );
      expect(refused.message).toMatch(/signature/i);
      expect(refused.revision).toStartWith("v0.1.0@");
      // Signing started a gpg-agent, which would outlive the test.
      await run(["gpgconf", "--homedir", keys, "--kill", "all"]);
    }, 180_000);

    test("a stage may not give itself rights over the cluster", async () => {
      await Bun.write(
        join(repository.tree, "overlays/dev/monitoring/rights.yaml"),
        JSON.stringify({
          apiVersion: "rbac.authorization.k8s.io/v1",
          kind: "ClusterRole",
          metadata: { name: "everything" },
          rules: [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }],
        }),
      );
      await edit(
        "overlays/dev/monitoring/kustomization.yaml",
        (text) => `${text.trimEnd()}\n  - rights.yaml\n`,
      );
      await deploy("Take all rights", ...stages);
      const said = await until(
        "the monitoring stage has failed",
        async () => {
          const condition = await flux.condition("kustomization", "monitoring");
          return /forbidden/.test(condition.message) ? condition : undefined;
        },
        180_000,
      );
      expect(said.ready).toBe(false);
      expect(said.message).toContain("system:serviceaccount:flux-system:atelier-deployer");
      expect((await cluster.kubectl(["get", "clusterrole/everything"])).code).not.toBe(0);
    }, 240_000);
  },
);
