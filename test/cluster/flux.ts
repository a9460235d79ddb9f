import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { at, maps, text } from "../ops/manifests.ts";
import { type Cluster, freePort, until } from "./control-plane.ts";

const built = resolve(import.meta.dir, "../../.tools/cluster");

/** Flux's own condition of an object. */
export interface Condition {
  readonly ready: boolean;
  readonly reason: string;
  readonly message: string;
  readonly revision: string;
}

/** Real source- and kustomize-controller beside the cluster, with the rights that Flux gives them. */
export interface Flux {
  condition(kind: "gitrepository" | "kustomization", name: string): Promise<Condition>;
  /** Makes Flux reconcile now instead of at its next interval. */
  look(...stages: string[]): Promise<void>;
  log(): Promise<string>;
  stop(): Promise<void>;
}

/** Starts both controllers as `flux bootstrap` configures them for a cluster of several tenants. */
export async function startFlux(cluster: Cluster): Promise<Flux> {
  const storage = join(cluster.folder, "flux-storage");
  await mkdir(storage, { recursive: true });
  const serving = await freePort();
  const start = async (name: string, ...flags: string[]) => {
    const log = Bun.file(join(cluster.folder, `${name}.log`));
    return Bun.spawn(
      [
        join(built, name),
        "--watch-all-namespaces",
        "--enable-leader-election=false",
        "--events-addr=",
        `--metrics-addr=127.0.0.1:${await freePort()}`,
        `--health-addr=127.0.0.1:${await freePort()}`,
        "--log-level=info",
        ...flags,
      ],
      {
        cwd: cluster.folder,
        stdout: log,
        stderr: log,
        env: {
          PATH: process.env.PATH ?? "",
          HOME: cluster.folder,
          TMPDIR: cluster.folder,
          KUBECONFIG: cluster.kubeconfig,
          RUNTIME_NAMESPACE: "flux-system",
        },
      },
    );
  };
  const children = [
    await start(
      "source-controller",
      `--storage-path=${storage}`,
      `--storage-addr=127.0.0.1:${serving}`,
      `--storage-adv-addr=127.0.0.1:${serving}`,
    ),
    await start(
      "kustomize-controller",
      "--no-cross-namespace-refs=true",
      "--no-remote-bases=true",
      "--requeue-dependency=2s",
    ),
  ];
  const read = async (kind: string, name: string): Promise<unknown> =>
    JSON.parse(await cluster.must(["get", kind, name, "--namespace=flux-system", "--output=json"]));
  return {
    condition: async (kind, name) => {
      const object = await read(kind, name);
      const ready = maps(object, "status", "conditions").find(
        (condition) => condition.type === "Ready",
      );
      const current =
        at(object, "status", "observedGeneration") === at(object, "metadata", "generation");
      return {
        ready: current && ready?.status === "True",
        reason: text(ready, "reason"),
        message: text(ready, "message"),
        revision: text(
          object,
          "status",
          kind === "gitrepository" ? "artifact" : "lastAppliedRevision",
          ...(kind === "gitrepository" ? ["revision"] : []),
        ),
      };
    },
    look: async (...stages) => {
      const now = `reconcile.fluxcd.io/requestedAt=${Date.now()}`;
      await cluster.must([
        "annotate",
        "--overwrite",
        "--namespace=flux-system",
        "gitrepository/atelier",
        now,
      ]);
      for (const stage of stages)
        await cluster.must([
          "annotate",
          "--overwrite",
          "--namespace=flux-system",
          `kustomization/${stage}`,
          now,
        ]);
    },
    log: async () =>
      (
        await Promise.all(
          ["source-controller", "kustomize-controller"].map((name) =>
            Bun.file(join(cluster.folder, `${name}.log`)).text(),
          ),
        )
      ).join("\n"),
    stop: async () => {
      for (const child of children) child.kill();
      await Promise.all(
        children.map((child) =>
          Promise.race([child.exited, Bun.sleep(10_000).then(() => child.kill(9))]),
        ),
      );
    },
  };
}

/** Waits until a stage is ready at a revision; the error has Flux's last message. */
export async function untilApplied(
  flux: Flux,
  stage: string,
  commit: string,
  timeout = 120_000,
): Promise<void> {
  let last: Condition | undefined;
  await until(
    `${stage} is applied at ${commit.slice(0, 12)}`,
    async () => {
      last = await flux.condition("kustomization", stage);
      return last.ready && last.revision.endsWith(commit)
        ? true
        : Promise.reject(new Error(JSON.stringify(last)));
    },
    timeout,
  );
}
