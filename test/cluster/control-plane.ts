import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { isRecord } from "../../scripts/ops/environments.ts";

const built = resolve(import.meta.dir, "../../.tools/cluster");
const binary = join(built, "controlplane");

/** The result of a kubectl command. */
export interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A real API server with its controllers and scheduler, on loopback, in a folder of its own. */
export interface Cluster {
  readonly url: string;
  readonly folder: string;
  readonly kubeconfig: string;
  readonly certificate: { cert: string; key: string };
  /** Runs kubectl; `as` acts as another user. */
  kubectl(args: string[], input?: string, as?: string): Promise<Said>;
  /** Runs kubectl and fails the test when it fails. */
  must(args: string[], input?: string, as?: string): Promise<string>;
  /** One request to the API as administrator; JSON in and out. */
  api(
    method: string,
    path: string,
    body?: unknown,
    type?: string,
  ): Promise<Record<string, unknown>>;
  stop(): Promise<void>;
}

/** A free port on loopback. */
export function freePort(): Promise<number> {
  return new Promise((found, failed) => {
    const server = createServer();
    server.on("error", failed);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        address !== null && typeof address === "object"
          ? found(address.port)
          : failed(new Error("no port")),
      );
    });
  });
}

/** Waits until `check` answers with something other than undefined or false; fails with `what` after the time (ms). */
export async function until<T>(
  what: string,
  check: () => Promise<T | undefined | false>,
  timeout = 60_000,
): Promise<T> {
  const end = Date.now() + timeout;
  let last: unknown;
  for (;;) {
    try {
      const found = await check();
      if (found !== undefined && found !== false) return found;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end)
      throw new Error(`timed out waiting until ${what}${last === undefined ? "" : `: ${last}`}`);
    await Bun.sleep(200);
  }
}

/** Starts etcd, kube-apiserver, kube-controller-manager and kube-scheduler as scripts/cluster-test built them. */
export async function startCluster(): Promise<Cluster> {
  const folder = await mkdtemp(join(tmpdir(), "atelier-cluster-"));
  const [client, peer, port] = [await freePort(), await freePort(), await freePort()];
  const token = crypto.randomUUID();
  const url = `https://127.0.0.1:${port}`;
  const { publicKey, privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  await Bun.write(join(folder, "sa.pub"), publicKey);
  await Bun.write(join(folder, "sa.key"), privateKey);
  await Bun.write(join(folder, "tokens.csv"), `${token},admin,admin,"system:masters"\n`);
  const kubeconfig = join(folder, "kubeconfig");
  await Bun.write(
    kubeconfig,
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      "current-context": "test",
      clusters: [{ name: "test", cluster: { server: url, "insecure-skip-tls-verify": true } }],
      users: [{ name: "admin", user: { token } }],
      contexts: [{ name: "test", context: { cluster: "test", user: "admin" } }],
    }),
    { mode: 0o600 },
  );

  const children: Bun.Subprocess[] = [];
  const start = (name: string, ...flags: string[]) => {
    const log = Bun.file(join(folder, `${name}.log`));
    children.push(Bun.spawn([binary, name, ...flags], { cwd: folder, stdout: log, stderr: log }));
  };
  const etcd = `http://127.0.0.1:${client}`;
  start(
    "etcd",
    `--data-dir=${folder}/etcd`,
    `--listen-client-urls=${etcd}`,
    `--advertise-client-urls=${etcd}`,
    `--listen-peer-urls=http://127.0.0.1:${peer}`,
    "--unsafe-no-fsync",
  );
  start(
    "kube-apiserver",
    `--etcd-servers=${etcd}`,
    "--bind-address=127.0.0.1",
    "--advertise-address=127.0.0.1",
    `--secure-port=${port}`,
    `--cert-dir=${folder}/certs`,
    `--token-auth-file=${folder}/tokens.csv`,
    "--authorization-mode=RBAC",
    "--service-cluster-ip-range=10.0.0.0/16",
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-key-file=${folder}/sa.pub`,
    `--service-account-signing-key-file=${folder}/sa.key`,
    "--endpoint-reconciler-type=none",
  );
  const cluster = connect(url, kubeconfig, folder, token, async () => {
    for (const child of children.reverse()) {
      child.kill();
      await Promise.race([child.exited, Bun.sleep(10_000).then(() => child.kill(9))]);
    }
    await rm(folder, { recursive: true, force: true });
  });
  try {
    await until(
      "the API server is ready",
      async () => (await cluster.kubectl(["get", "--raw", "/readyz"])).stdout === "ok",
      90_000,
    );
  } catch (error) {
    const log = await Bun.file(join(folder, "kube-apiserver.log")).text();
    await cluster.stop();
    throw new Error(`${error}\n${log.slice(-3000)}`);
  }
  const own = `--kubeconfig=${kubeconfig}`;
  start(
    "kube-controller-manager",
    own,
    "--secure-port=0",
    "--leader-elect=false",
    `--service-account-private-key-file=${folder}/sa.key`,
    `--root-ca-file=${folder}/certs/apiserver.crt`,
    "--controllers=*,-node-lifecycle-controller",
    "--horizontal-pod-autoscaler-sync-period=1s",
    "--horizontal-pod-autoscaler-initial-readiness-delay=0s",
    "--horizontal-pod-autoscaler-cpu-initialization-period=1ms",
    "--concurrent-horizontal-pod-autoscaler-syncs=5",
  );
  start("kube-scheduler", own, "--secure-port=0", "--leader-elect=false");
  return cluster;
}

function connect(
  url: string,
  kubeconfig: string,
  folder: string,
  token: string,
  stop: () => Promise<void>,
): Cluster {
  const kubectl = async (args: string[], input?: string, as?: string): Promise<Said> => {
    const child = Bun.spawn(
      [
        binary,
        "kubectl",
        `--kubeconfig=${kubeconfig}`,
        ...(as === undefined ? [] : [`--as=${as}`]),
        ...args,
      ],
      {
        stdin: new TextEncoder().encode(input ?? ""),
        stdout: "pipe",
        stderr: "pipe",
        env: { ...process.env, HOME: folder },
      },
    );
    const [stdout, stderr, code] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
      child.exited,
    ]);
    return { code, stdout, stderr };
  };
  return {
    url,
    folder,
    kubeconfig,
    kubectl,
    stop,
    certificate: {
      cert: join(folder, "certs/apiserver.crt"),
      key: join(folder, "certs/apiserver.key"),
    },
    must: async (args, input, as) => {
      const said = await kubectl(args, input, as);
      if (said.code !== 0)
        throw new Error(`kubectl ${args.join(" ")}: ${said.stderr.slice(0, 2000)}`);
      return said.stdout;
    },
    api: async (method, path, body, type = "application/json") => {
      const response = await fetch(`${url}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, "content-type": type },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        tls: { rejectUnauthorized: false },
      });
      const answer: unknown = await response.json();
      return isRecord(answer) ? answer : {};
    },
  };
}

/** An existing cluster, at the caller's own risk. */
export function existingCluster(kubeconfig: string): Cluster {
  return connect("", kubeconfig, tmpdir(), "", async () => {});
}

/** Installs the definitions that the manifests use, from the folders that scripts/cluster-test filled. */
export async function installDefinitions(cluster: Cluster): Promise<void> {
  for (const name of [
    "cert-manager",
    "external-secrets",
    "prometheus-operator",
    "source-controller",
    "kustomize-controller",
    "notification-controller",
  ]) {
    const folder = join(built, "crds", name);
    const files = (await Array.fromAsync(new Bun.Glob("*.yaml").scan(folder))).filter(
      (file) => file !== "kustomization.yaml",
    );
    // Of the larger sets only the definitions in use: each costs the API server memory and time.
    const used = files.filter(
      (file) =>
        !/generators\.|acme\.|alertmanager|probes|agents|scrapeconfigs|thanos|prometheuses/.test(
          file,
        ),
    );
    await cluster.must([
      "apply",
      "--server-side",
      ...used.flatMap((file) => ["-f", join(folder, file)]),
    ]);
  }
  await cluster.must(["wait", "--for=condition=Established", "crd", "--all", "--timeout=60s"]);
  await cluster.kubectl(["create", "namespace", "flux-system"]);
}
