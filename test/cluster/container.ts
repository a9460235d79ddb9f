import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { succeed } from "../../scripts/ops/command-line.ts";

/** An image laid out so that containers can be started from it. */
export interface Image {
  /** Compressed bytes of each layer, oldest first. */
  readonly layers: number[];
  readonly config: {
    readonly User?: string;
    readonly Entrypoint?: string[];
    readonly Env?: string[];
    readonly Labels?: Record<string, string>;
  };
  /** `files` are mounted read-only, like a Secret or ConfigMap. */
  start(
    args: string[],
    env: Record<string, string>,
    more?: { entrypoint?: string[]; files?: Record<string, string> },
  ): Promise<Container>;
  stop(): Promise<void>;
}

/** A running container: as Kubernetes would run it under the restricted standard, on the host's network. */
export interface Container {
  readonly exited: Promise<number>;
  output(): Promise<string>;
  signal(name: string): Promise<void>;
  /** Runs a program inside; its exit code and what it printed. */
  exec(args: string[]): Promise<{ code: number; output: string }>;
  remove(): Promise<void>;
}

/** Mounts an image that buildah has and reads its configuration. */
export async function openImage(name: string): Promise<Image> {
  const folder = await mkdtemp(join(tmpdir(), "atelier-image-"));
  const working = (await succeed(["buildah", "from", "--pull-never", name])).trim();
  const rootfs = (await succeed(["buildah", "mount", working])).trim();
  await succeed([
    "skopeo",
    "copy",
    "--quiet",
    `containers-storage:${name}`,
    `oci:${folder}/oci:image`,
  ]);
  const read = async (digest: string) =>
    Bun.file(join(folder, "oci/blobs/sha256", digest.replace("sha256:", ""))).json();
  const index = await Bun.file(join(folder, "oci/index.json")).json();
  const manifest = await read(index.manifests[0].digest);
  const { config } = await read(manifest.config.digest);
  const running: Container[] = [];
  return {
    layers: manifest.layers.map((layer: { size: number }) => layer.size),
    config,
    start: async (args, env, more) => {
      const container = await startContainer(
        join(folder, `container-${running.length}`),
        rootfs,
        config,
        args,
        env,
        more ?? {},
      );
      running.push(container);
      return container;
    },
    stop: async () => {
      for (const container of running) await container.remove();
      await succeed(["buildah", "umount", working]);
      await succeed(["buildah", "rm", working]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function startContainer(
  folder: string,
  rootfs: string,
  config: Image["config"],
  args: string[],
  env: Record<string, string>,
  { entrypoint, files = {} }: { entrypoint?: string[]; files?: Record<string, string> },
): Promise<Container> {
  const id = `atelier-test-${crypto.randomUUID()}`;
  await mkdir(folder, { recursive: true });
  await succeed(["runc", "spec", "--bundle", folder]);
  const spec = await Bun.file(join(folder, "config.json")).json();
  const user = Number(config.User?.split(":")[0] ?? 0);
  spec.root = { path: rootfs, readonly: true };
  spec.process.terminal = false;
  spec.process.user = { uid: user, gid: user };
  spec.process.args = [...(entrypoint ?? config.Entrypoint ?? []), ...args];
  spec.process.env = [
    ...(config.Env ?? []),
    ...Object.entries(env).map(([name, value]) => `${name}=${value}`),
  ];
  spec.process.cwd = "/app";
  spec.process.noNewPrivileges = true;
  for (const set of ["bounding", "effective", "permitted", "ambient", "inheritable"])
    spec.process.capabilities[set] = [];
  spec.process.rlimits = [{ type: "RLIMIT_NOFILE", hard: 8192, soft: 8192 }];
  spec.linux.namespaces = spec.linux.namespaces.filter(
    (namespace: { type: string }) => namespace.type !== "network",
  );
  const writable = (destination: string) => ({
    destination,
    type: "tmpfs",
    source: "tmpfs",
    options: ["nosuid", "nodev", `uid=${user}`, `gid=${user}`, "size=256m"],
  });
  spec.mounts.push(writable("/tmp"), writable("/var/lib/atelier"));
  for (const [index, [destination, content]] of Object.entries(files).entries()) {
    const source = join(folder, `file-${index}`);
    await Bun.write(source, content);
    spec.mounts.push({ destination, type: "bind", source, options: ["rbind", "ro"] });
  }
  await Bun.write(join(folder, "config.json"), JSON.stringify(spec));
  const log = Bun.file(join(folder, "log"));
  await Bun.write(log, "");
  const child = Bun.spawn(["runc", "run", "--bundle", folder, id], {
    stdin: "ignore",
    stdout: log,
    stderr: log,
  });
  return {
    exited: child.exited,
    output: () => log.text(),
    signal: async (name) => void (await succeed(["runc", "kill", id, name])),
    exec: async (command) => {
      const inner = Bun.spawn(["runc", "exec", id, ...command], { stdout: "pipe", stderr: "pipe" });
      const [out, err] = await Promise.all([
        new Response(inner.stdout).text(),
        new Response(inner.stderr).text(),
      ]);
      return { code: await inner.exited, output: out + err };
    },
    remove: async () => {
      Bun.spawnSync(["runc", "delete", "--force", id], { stdout: "ignore", stderr: "ignore" });
      await child.exited;
    },
  };
}
