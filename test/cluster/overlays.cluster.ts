import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  environments,
  isRecord,
  type KubernetesObject,
  parseObjects,
  renderText,
  repositoryRoot,
  stages,
} from "../../scripts/ops/environments.ts";
import { at, maps, podTemplates, text } from "../ops/manifests.ts";
import {
  type Cluster,
  existingCluster,
  installDefinitions,
  startCluster,
  until,
} from "./control-plane.ts";
import { type Nodes, startNodes } from "./nodes.ts";

const root = repositoryRoot();
const given = process.env.CLUSTER_TEST_KUBECONFIG;
const strict = [
  "apply",
  "--server-side",
  "--field-manager=atelier",
  "--validate=strict",
  "--warnings-as-errors",
  "--filename",
  "-",
];
const deployer = "system:serviceaccount:flux-system:atelier-deployer";

async function open(): Promise<Cluster> {
  const cluster = given === undefined ? await startCluster() : existingCluster(given);
  await installDefinitions(cluster);
  return cluster;
}

const versions = async (cluster: Cluster, objects: readonly KubernetesObject[]) => {
  const kinds = [
    ...new Set(
      objects.map(
        (o) =>
          `${o.kind}.${o.apiVersion.includes("/") ? o.apiVersion.replace(/^(.*)\/(.*)$/, "$2.$1") : `${o.apiVersion}.`}`,
      ),
    ),
  ];
  const found: unknown = JSON.parse(
    await cluster.must(["get", kinds.join(","), "--all-namespaces", "--output=json"]),
  );
  const names = new Set(objects.map((o) => `${o.kind}/${o.metadata.name}`));
  return maps(found, "items")
    .map((o) => [
      `${text(o, "kind")}/${text(o, "metadata", "name")}`,
      text(o, "metadata", "managedFields") === ""
        ? text(o, "metadata", "generation") || text(o, "metadata", "resourceVersion")
        : "",
    ])
    .filter(([name]) => names.has(name ?? ""))
    .sort();
};

for (const env of environments) {
  describe(`${env} on a real API server`, () => {
    let cluster: Cluster;
    beforeAll(async () => {
      cluster = await open();
    });
    afterAll(() => cluster.stop());

    test("every stage is accepted, strictly and without a warning, in the order of the chain", async () => {
      for (const stage of stages) {
        const rendered = await renderText(root, `overlays/${env}/${stage}`);
        const said = await until(
          `${stage} is accepted`,
          async () => {
            // Flux retries too: rights created by the first stage take a moment to apply.
            const tried = await cluster.kubectl(
              strict,
              rendered,
              stage === "policies" ? undefined : deployer,
            );
            return tried.code === 0 ? tried : Promise.reject(new Error(tried.stderr));
          },
          20_000,
        );
        expect(said.stderr).toBe("");
      }
    });

    test("applying it again changes nothing", async () => {
      const objects: KubernetesObject[] = parseObjects(
        await renderText(root, `overlays/${env}`),
      ).filter(
        (o) =>
          ![
            "Namespace",
            "ResourceQuota",
            "HorizontalPodAutoscaler",
            "PodDisruptionBudget",
          ].includes(o.kind),
      );
      await until("the autoscalers have set their replicas", async () => {
        const of = async (name: string) =>
          cluster.must([
            "get",
            `deployment/${name}`,
            "--namespace=atelier",
            "--output=jsonpath={.spec.replicas}",
          ]);
        return (await of("api")) === "3" && (await of("web")) === "2";
      });
      const before = await versions(cluster, objects);
      expect(before.length).toBe(objects.length);
      for (const stage of stages) {
        const rendered = await renderText(root, `overlays/${env}/${stage}`);
        const differs = await cluster.kubectl(
          ["diff", "--server-side", "--field-manager=atelier", "--filename", "-"],
          rendered,
        );
        expect(`${stage}: ${differs.stdout}`).toBe(`${stage}: `);
        await cluster.must(strict, rendered);
      }
      expect(await versions(cluster, objects)).toEqual(before);
    });

    test("what Flux is told is accepted strictly and without a warning", async () => {
      const said = await cluster.kubectl(strict, await renderText(root, `clusters/${env}`));
      expect(said.stderr).toBe("");
    });
  });
}

describe("dev's policies on a real API server", () => {
  let cluster: Cluster;
  let nodes: Nodes | undefined;
  let objects: KubernetesObject[];
  let pods: { name: string; pod: Record<string, unknown> }[];
  beforeAll(async () => {
    cluster = await open();
    objects = parseObjects(await renderText(root, "overlays/dev"));
    await cluster.must(strict, await renderText(root, "overlays/dev/policies"));
    await cluster.must(
      ["apply", "--server-side", "--namespace=atelier", "--filename", "-"],
      JSON.stringify({
        apiVersion: "v1",
        kind: "List",
        items: objects.filter(
          (o) => o.kind === "ServiceAccount" && o.metadata.namespace === "atelier",
        ),
      }),
    );
    pods = podTemplates(objects).map(({ owner, metadata, spec }) => ({
      name: owner,
      pod: {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { ...(isRecord(metadata) ? metadata : {}), name: "probe", namespace: "atelier" },
        // A StatefulSet adds a volume for each of its claim templates.
        spec: {
          restartPolicy: "Always",
          ...spec,
          volumes: [
            ...maps(spec, "volumes"),
            ...(owner.startsWith("StatefulSet/") ? [{ name: "data", emptyDir: {} }] : []),
          ],
        },
      },
    }));
    await until(
      "the admission policy is in force",
      async () =>
        (
          await admit(
            mutated((spec) => set(spec, "image", "ghcr.io/atelier-workspace/atelier:latest")),
          )
        ).code !== 0,
    );
  });
  afterAll(async () => {
    await nodes?.stop();
    await cluster.stop();
  });

  const admit = (pod: unknown) =>
    cluster.kubectl(["create", "--dry-run=server", "--filename", "-"], JSON.stringify(pod));
  const set = (container: Record<string, unknown>, key: string, value: unknown) => {
    container[key] = value;
  };
  const api = () => structuredClone(pods.find(({ name }) => name === "Deployment/api")?.pod ?? {});
  function mutated(
    change: (container: Record<string, unknown>, spec: Record<string, unknown>) => void,
  ): unknown {
    const pod = api();
    const spec = at(pod, "spec");
    const container = maps(pod, "spec", "containers")[0];
    if (isRecord(spec) && container !== undefined) change(container, spec);
    return pod;
  }
  const context = (container: Record<string, unknown>): Record<string, unknown> =>
    isRecord(container.securityContext) ? container.securityContext : {};

  test("every pod that the manifests make is admitted", async () => {
    for (const { name, pod } of pods) {
      const said = await admit(pod);
      expect(`${name}: ${said.stderr}`).toBe(`${name}: `);
    }
    expect(pods.length).toBeGreaterThanOrEqual(9);
  });

  const refused: Record<string, Parameters<typeof mutated>[0]> = {
    "a user of root": (c) => set(context(c), "runAsUser", 0),
    "no promise to be another than root": (_, spec) =>
      set(spec, "securityContext", { seccompProfile: { type: "RuntimeDefault" } }),
    "privilege escalation": (c) => set(context(c), "allowPrivilegeEscalation", true),
    "a privileged container": (c) =>
      Object.assign(context(c), { privileged: true, allowPrivilegeEscalation: true }),
    "kept capabilities": (c) => set(context(c), "capabilities", {}),
    "an added capability": (c) =>
      set(context(c), "capabilities", { drop: ["ALL"], add: ["NET_ADMIN"] }),
    "an unconfined seccomp profile": (_, spec) =>
      set(spec, "securityContext", { runAsNonRoot: true, seccompProfile: { type: "Unconfined" } }),
    "a host path": (_, spec) =>
      set(spec, "volumes", [
        { name: "data", hostPath: { path: "/" } },
        { name: "tmp", emptyDir: {} },
        { name: "secrets", emptyDir: {} },
        { name: "database-ca", emptyDir: {} },
      ]),
    "a host port": (c) => set(c, "ports", [{ containerPort: 3000, hostPort: 3000 }]),
    "the host's network": (_, spec) => set(spec, "hostNetwork", true),
    "the host's processes": (_, spec) => set(spec, "hostPID", true),
    "the host's IPC": (_, spec) => set(spec, "hostIPC", true),
    "an unsafe sysctl": (_, spec) =>
      set(spec, "securityContext", {
        runAsNonRoot: true,
        seccompProfile: { type: "RuntimeDefault" },
        sysctls: [{ name: "kernel.msgmax", value: "1" }],
      }),
    "an unmasked /proc": (c, spec) => {
      set(context(c), "procMount", "Unmasked");
      set(spec, "hostUsers", false);
    },
    "the tag latest": (c) => set(c, "image", "ghcr.io/atelier-workspace/atelier:latest"),
    "a digest from a foreign registry": (c) =>
      set(c, "image", `docker.io/atelier-workspace/atelier@sha256:${"1".repeat(64)}`),
    "a repository whose name only begins alike": (c) =>
      set(c, "image", `ghcr.io/atelier-workspace/atelier-evil@sha256:${"1".repeat(64)}`),
    "an init container by tag": (_, spec) =>
      set(spec, "initContainers", [
        {
          ...maps(spec, "containers")[0],
          name: "init",
          lifecycle: undefined,
          startupProbe: undefined,
          readinessProbe: undefined,
          livenessProbe: undefined,
          image: "docker.io/library/postgres:17",
        },
      ]),
    "more memory than a container may have": (c) =>
      set(c, "resources", { limits: { cpu: "1", memory: "8Gi" } }),
    "an account that does not exist": (_, spec) => set(spec, "serviceAccountName", "nobody"),
  };
  for (const [name, change] of Object.entries(refused)) {
    test(`a pod with ${name} is refused`, async () => {
      const said = await admit(mutated(change));
      expect(said.code).not.toBe(0);
      expect(said.stderr).toMatch(/forbidden|denied/i);
    });
  }

  test("cert-manager's solver is admitted by version, and only it", async () => {
    expect(
      (
        await admit(
          mutated((c) => set(c, "image", "quay.io/jetstack/cert-manager-acmesolver:v1.19.1")),
        )
      ).stderr,
    ).toBe("");
    expect(
      (
        await admit(
          mutated((c) => set(c, "image", "quay.io/jetstack/cert-manager-controller:v1.19.1")),
        )
      ).code,
    ).not.toBe(0);
  });

  test("Flux's account may do in its namespace exactly what the Role says", async () => {
    const may = async (verb: string, what: string, ...more: string[]) =>
      (
        await cluster.kubectl(["auth", "can-i", verb, what, ...more], undefined, deployer)
      ).stdout.trim();
    for (const what of [
      "deployments.apps",
      "jobs.batch",
      "secrets",
      "horizontalpodautoscalers.autoscaling",
      "ingresses.networking.k8s.io",
      "externalsecrets.external-secrets.io",
    ]) {
      expect(`${what} ${await may("patch", what, "--namespace=atelier")}`).toBe(`${what} yes`);
      expect(`${what} ${await may("patch", what, "--namespace=default")}`).toBe(`${what} no`);
    }
    for (const [verb, what, ...more] of [
      ["create", "clusterroles.rbac.authorization.k8s.io"],
      ["create", "rolebindings.rbac.authorization.k8s.io"],
      ["patch", "networkpolicies.networking.k8s.io"],
      ["patch", "resourcequotas"],
      ["delete", "namespaces"],
      ["create", "pods"],
      ["create", "pods", "--subresource=exec"],
      ["get", "pods", "--subresource=log"],
      ["patch", "validatingadmissionpolicies.admissionregistration.k8s.io"],
      ["impersonate", "users"],
      ["escalate", "roles.rbac.authorization.k8s.io"],
    ] as const) {
      expect(`${verb} ${what} ${await may(verb, what, "--namespace=atelier", ...more)}`).toBe(
        `${verb} ${what} no`,
      );
    }
  });

  test("the whole of what Flux's account may do is what is written down", async () => {
    const listed = await cluster.must(
      ["auth", "can-i", "--list", "--namespace=atelier", "--no-headers"],
      undefined,
      deployer,
    );
    const rights = listed
      .split("\n")
      .map((line) => line.trim().replace(/\s+/g, " "))
      .filter((line) => line !== "")
      .sort();
    const file = Bun.file(`${import.meta.dir}/deployer-rights.txt`);
    // A change of the Role shows up as a change of this file, for reviewers.
    if (process.env.UPDATE_RIGHTS === "1") await Bun.write(file, `${rights.join("\n")}\n`);
    expect(rights.join("\n")).toBe((await file.text()).trim());
  });

  test("the app's accounts may do nothing", async () => {
    const nobody = await cluster.must(
      ["auth", "can-i", "--list", "--namespace=atelier", "--no-headers"],
      undefined,
      "system:serviceaccount:default:default",
    );
    for (const name of ["api", "web", "worker", "migrate", "postgres", "valkey", "backup"]) {
      const own = await cluster.must(
        ["auth", "can-i", "--list", "--namespace=atelier", "--no-headers"],
        undefined,
        `system:serviceaccount:atelier:${name}`,
      );
      expect(own.split("\n").sort()).toEqual(nobody.split("\n").sort());
      expect(
        await cluster.kubectl(
          ["auth", "can-i", "get", "secrets", "--namespace=atelier"],
          undefined,
          `system:serviceaccount:atelier:${name}`,
        ),
      ).toMatchObject({ stdout: "no\n" });
    }
  });

  describe.skipIf(given !== undefined)("with everything running", () => {
    const count = async (component: string) =>
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
      ).filter((pod) => text(pod, "status", "phase") === "Running").length;
    const failures = async () =>
      maps(
        JSON.parse(await cluster.must(["get", "events", "--namespace=atelier", "--output=json"])),
        "items",
      )
        .filter((event) => text(event, "reason") === "FailedCreate")
        .map((event) => text(event, "message"));

    beforeAll(async () => {
      nodes = await startNodes(cluster);
      for (const name of ["data", "migrate", "monitoring"])
        await cluster.must(strict, await renderText(root, `overlays/dev/${name}`));
      await cluster.must(strict, await renderText(root, "test/cluster/fast-scale-down"));
    });

    test("the stages come up, and both jobs complete", async () => {
      await cluster.must([
        "wait",
        "--namespace=atelier",
        "--for=condition=Complete",
        "job/migrate",
        "job/postgres-roles",
        "--timeout=60s",
      ]);
      await cluster.must([
        "rollout",
        "status",
        "--namespace=atelier",
        "--timeout=60s",
        "deployment/worker",
      ]);
      await cluster.must([
        "rollout",
        "status",
        "--namespace=atelier",
        "--timeout=60s",
        "statefulset/postgres",
      ]);
    });

    test("load drives api 3 to 10 and web 2 to 5, inside the quota and with a rollout's surge on top; rest brings them back", async () => {
      await until(
        "both are at their minimum",
        async () => (await count("api")) === 3 && (await count("web")) === 2,
      );
      nodes?.usage.set("api", 200).set("web", 200);
      await until(
        "both are at their maximum",
        async () => (await count("api")) === 10 && (await count("web")) === 5,
        120_000,
      );
      for (const name of ["backup", "restore-drill"])
        await cluster.must([
          "create",
          "job",
          "--namespace=atelier",
          `--from=cronjob/${name}`,
          `${name}-now`,
        ]);
      for (const name of ["api", "web", "worker"])
        await cluster.must(["rollout", "restart", "--namespace=atelier", `deployment/${name}`]);
      for (const name of ["api", "web", "worker"])
        await cluster.must([
          "rollout",
          "status",
          "--namespace=atelier",
          "--timeout=180s",
          `deployment/${name}`,
        ]);
      await cluster.must([
        "wait",
        "--namespace=atelier",
        "--for=condition=Complete",
        "job/backup-now",
        "job/restore-drill-now",
        "--timeout=60s",
      ]);
      expect(await failures()).toEqual([]);
      nodes?.usage.set("api", 5).set("web", 5);
      await until(
        "both are back at their minimum",
        async () => (await count("api")) === 3 && (await count("web")) === 2,
        120_000,
      );
    }, 400_000);

    test("applying the manifests again leaves the autoscaler's replicas alone", async () => {
      nodes?.usage.set("api", 200);
      await until("api is at its maximum", async () => (await count("api")) === 10, 120_000);
      await cluster.must(strict, await renderText(root, "test/cluster/fast-scale-down"));
      await Bun.sleep(1500);
      expect(
        await cluster.must([
          "get",
          "deployment/api",
          "--namespace=atelier",
          "--output=jsonpath={.spec.replicas}",
        ]),
      ).toBe("10");
    }, 200_000);

    test("a schedule that comes due makes its Job", async () => {
      await cluster.must([
        "patch",
        "cronjob/backup",
        "--namespace=atelier",
        "--type=merge",
        "--patch",
        '{"spec":{"schedule":"* * * * *"}}',
      ]);
      await until(
        "the CronJob made a Job that completed",
        async () =>
          maps(
            JSON.parse(await cluster.must(["get", "jobs", "--namespace=atelier", "--output=json"])),
            "items",
          ).some(
            (job) =>
              maps(job, "metadata", "ownerReferences").some(
                (owner) => owner.name === "backup" && owner.controller === true,
              ) &&
              text(job, "metadata", "name") !== "backup-now" &&
              at(job, "status", "succeeded") === 1,
          ),
        90_000,
      );
    }, 120_000);
  });
});
