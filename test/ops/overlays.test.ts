import { beforeAll, describe, expect, test } from "bun:test";
import { differences } from "../../scripts/ops/differences.ts";
import { environments, isRecord, type KubernetesObject } from "../../scripts/ops/environments.ts";
import {
  at,
  containers,
  maps,
  needTools,
  podTemplates,
  type Renders,
  renderAll,
} from "./manifests.ts";
import { rules } from "./rules.ts";

await needTools("kustomize");

/** Changes a copy of a render like a careless edit. */
type Mutation = (objects: KubernetesObject[]) => void;

function find(objects: KubernetesObject[], kind: string, name: string): KubernetesObject {
  const found = objects.find(
    (object) => object.kind === kind && object.metadata.name.startsWith(name),
  );
  if (found === undefined) throw new Error(`no ${kind}/${name}`);
  return found;
}

function set(value: unknown, path: (string | number)[], to: unknown): void {
  const last = path.at(-1);
  const parent = at(value, ...path.slice(0, -1));
  if (isRecord(parent) && typeof last === "string") parent[last] = to;
  else if (Array.isArray(parent) && typeof last === "number") parent[last] = to;
  else throw new Error(`no ${path.join(".")}`);
}

const pod = ["spec", "template", "spec"];
const container = [...pod, "containers", 0];
const mutations: Record<keyof typeof rules, Record<string, Mutation>> = {
  "every image is pinned by digest": {
    "a tag": (o) =>
      set(
        find(o, "Deployment", "api"),
        [...container, "image"],
        "ghcr.io/atelier-workspace/atelier:latest",
      ),
    "a tag on the drill's scratch server": (o) =>
      set(
        find(o, "CronJob", "restore-drill"),
        ["spec", "jobTemplate", "spec", "template", "spec", "initContainers", 0, "image"],
        "docker.io/library/postgres:17",
      ),
  },
  "every pod meets the restricted standard, with requests and limits": {
    root: (o) =>
      set(find(o, "Deployment", "web"), [...pod, "securityContext", "runAsNonRoot"], false),
    escalation: (o) =>
      set(
        find(o, "Deployment", "web"),
        [...container, "securityContext", "allowPrivilegeEscalation"],
        true,
      ),
    "a host path": (o) =>
      maps(find(o, "Deployment", "web"), ...pod, "volumes").at(0) &&
      set(find(o, "Deployment", "web"), [...pod, "volumes", 0], {
        name: "data",
        hostPath: { path: "/" },
      }),
    "no limit": (o) =>
      set(find(o, "StatefulSet", "postgres"), [...container, "resources", "limits"], { cpu: "1" }),
    "a writable root": (o) =>
      set(
        find(o, "Job", "migrate"),
        [...container, "securityContext", "readOnlyRootFilesystem"],
        false,
      ),
    "added capabilities": (o) =>
      set(find(o, "Deployment", "valkey"), [...container, "securityContext", "capabilities"], {
        add: ["NET_ADMIN"],
      }),
    "no seccomp profile": (o) =>
      set(
        find(o, "CronJob", "backup"),
        ["spec", "jobTemplate", "spec", "template", "spec", "securityContext", "seccompProfile"],
        undefined,
      ),
  },
  "every pod has its own account, no token and no service links": {
    "the default account": (o) =>
      set(find(o, "Deployment", "api"), [...pod, "serviceAccountName"], "default"),
    "a token": (o) =>
      set(find(o, "Deployment", "api"), [...pod, "automountServiceAccountToken"], true),
    "service links": (o) =>
      set(find(o, "Deployment", "api"), [...pod, "enableServiceLinks"], undefined),
  },
  "no replicas stand beside an autoscaler": {
    replicas: (o) => set(find(o, "Deployment", "api"), ["spec", "replicas"], 3),
  },
  "autoscalers look at CPU 70 % and memory 80 % and come down slowly": {
    "CPU alone": (o) =>
      set(find(o, "HorizontalPodAutoscaler", "api"), ["spec", "metrics", 1], undefined),
    "no behaviour": (o) => set(find(o, "HorizontalPodAutoscaler", "web"), ["spec", "behavior"], {}),
  },
  "a rollout loses no request": {
    "one pod less": (o) =>
      set(find(o, "Deployment", "api"), ["spec", "strategy", "rollingUpdate", "maxUnavailable"], 1),
    "no preStop": (o) => set(find(o, "Deployment", "web"), [...container, "lifecycle"], undefined),
    "one probe for all": (o) =>
      set(
        find(o, "Deployment", "web"),
        [...container, "livenessProbe"],
        at(find(o, "Deployment", "web"), ...container, "readinessProbe"),
      ),
    "a short grace": (o) =>
      set(find(o, "Deployment", "api"), [...pod, "terminationGracePeriodSeconds"], 600),
    "a longer answer": (o) =>
      set(find(o, "ConfigMap", "app-config"), ["data", "ATELIER_GENERATION_MAX_SECONDS"], "1200"),
  },
  "the database has a connection for every pool at its largest": {
    "a larger pool": (o) =>
      set(find(o, "Deployment", "api"), [...container, "env", 0, "value"], "20"),
    "more pods": (o) => set(find(o, "HorizontalPodAutoscaler", "api"), ["spec", "maxReplicas"], 20),
  },
  "the quota holds everything at its largest": {
    "more pods": (o) => set(find(o, "HorizontalPodAutoscaler", "api"), ["spec", "maxReplicas"], 40),
    "a smaller quota": (o) =>
      set(find(o, "ResourceQuota", "atelier"), ["spec", "hard", "requests.memory"], "8Gi"),
  },
  "each Service leads to exactly one workload and never to metrics": {
    "two workloads": (o) =>
      set(find(o, "Service", "api"), ["spec", "selector"], { "app.kubernetes.io/name": "atelier" }),
    metrics: (o) =>
      set(find(o, "Service", "api"), ["spec", "ports", 0], { name: "metrics", port: 9464 }),
  },
  "each NetworkPolicy selects something": {
    "a wrong label": (o) =>
      set(find(o, "NetworkPolicy", "valkey"), ["spec", "podSelector"], {
        matchLabels: { app: "valkey" },
      }),
  },
  "each Secret is seen by those alone whom it is for": {
    "the app as the owner of its tables": (o) => {
      const volumes = maps(find(o, "Deployment", "api"), ...pod, "volumes");
      const index = volumes.findIndex((volume) => volume.name === "secrets");
      set(find(o, "Deployment", "api"), [...pod, "volumes", index, "secret"], {
        secretName: "migrate-secrets",
      });
    },
  },
  "every key of a Secret that a pod names is there": {
    "a role without a password": (o) =>
      set(
        find(o, "Job", "postgres-roles"),
        [...container, "env", 6, "valueFrom", "secretKeyRef", "key"],
        "ATELIER_C_PASSWORD",
      ),
  },
  "every Secret is encrypted": {
    "plain text": (o) =>
      void o.push({
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "leak" },
        data: { PASSWORD: Buffer.from("hunter2").toString("base64") },
      }),
    "plain stringData": (o) =>
      void o.push({
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "leak" },
        stringData: { PASSWORD: "hunter2" },
      }),
  },
  "scheduled jobs neither overlap nor run for ever": {
    overlap: (o) => set(find(o, "CronJob", "backup"), ["spec", "concurrencyPolicy"], "Allow"),
    "no deadline": (o) =>
      set(
        find(o, "CronJob", "backup"),
        ["spec", "jobTemplate", "spec", "activeDeadlineSeconds"],
        undefined,
      ),
  },
  "the Ingress serves any controller and leads to the public port only": {
    "one controller's annotation": (o) =>
      set(
        find(o, "Ingress", "atelier"),
        ["metadata", "annotations", "nginx.ingress.kubernetes.io/proxy-buffering"],
        "off",
      ),
    metrics: (o) =>
      set(
        find(o, "Ingress", "atelier"),
        ["spec", "rules", 0, "http", "paths", 0, "backend", "service", "port"],
        { name: "metrics" },
      ),
    "no TLS": (o) => set(find(o, "Ingress", "atelier"), ["spec", "tls"], []),
  },
  "the one namespace enforces the restricted standard": {
    baseline: (o) =>
      set(
        find(o, "Namespace", "atelier"),
        ["metadata", "labels", "pod-security.kubernetes.io/enforce"],
        "baseline",
      ),
    "a second declaration": (o) => void o.push(find(o, "Namespace", "atelier")),
  },
};

describe("the rendered overlays", () => {
  let renders: Renders;
  beforeAll(async () => {
    renders = await renderAll();
  }, 300_000);

  for (const [sentence, rule] of Object.entries(rules)) {
    for (const env of environments)
      test(`${env}: ${sentence}`, () => expect(rule(renders[env])).toEqual([]));
    for (const [name, mutate] of Object.entries(mutations[sentence] ?? {})) {
      test(`the rule that ${sentence} notices: ${name}`, () => {
        const careless = structuredClone(renders.dev);
        mutate(careless);
        expect(rule(careless)).not.toEqual([]);
      });
    }
  }

  test("environments differ in nothing but addresses, images, storage and secrets", () => {
    const allowed = [
      /^ConfigMap\/app-config\.data\.ATELIER_(PUBLIC_URL|S3_BUCKET|S3_ENDPOINT)$/,
      /^ConfigMap\/backup-config\.data\.BACKUP_(BUCKET|ENDPOINT)$/,
      /^Ingress\/atelier\.spec\.(rules\[0\]\.host|tls\[0\]\.hosts\[0\])$/,
      /^Ingress\/atelier\.metadata\.annotations\.cert-manager\.io\/issuer$/,
      /^(ExternalSecret|Secret)\/[a-z]+-secrets(\.data)?$/,
      /^StatefulSet\/postgres\.spec\.volumeClaimTemplates\[0\]\.spec\.resources\.requests\.storage$/,
      /\.template\.metadata\.annotations(\.atelier\.dev\/secret-revision)?$/,
      /\.(containers|initContainers)\[\d+\]\.image$/,
    ];
    for (const [from, to] of [
      ["dev", "staging"],
      ["staging", "production"],
    ] as const) {
      const other = differences(renders[from], renders[to]).filter(
        ({ path }) => !allowed.some((pattern) => pattern.test(path)),
      );
      expect(other).toEqual([]);
    }
  });

  test("each environment's secrets are for its own key alone", () => {
    const recipients = (env: "dev" | "staging") =>
      new Set(
        renders[env]
          .filter((o) => o.kind === "Secret")
          .map((o) =>
            Buffer.from(
              String(at(o, "data", "sops_age__list_0__map_recipient")),
              "base64",
            ).toString(),
          ),
      );
    expect(recipients("dev").size).toBe(1);
    expect(recipients("staging").size).toBe(1);
    expect([...recipients("dev")]).not.toEqual([...recipients("staging")]);
  });

  test("a change of configuration or secret gives its pods a new name to read, so that they roll", () => {
    const api = find(renders.dev, "Deployment", "api");
    const read = JSON.stringify(at(api, "spec", "template", "spec"));
    expect(read).toMatch(/"app-config-[a-z0-9]{10}"/);
    expect(read).toMatch(/"app-secrets-[a-z0-9]{10}"/);
  });

  test("every pod runs one of the four known images", () => {
    const names = new Set(
      podTemplates(renders.production)
        .flatMap(containers)
        .map((c) => String(c.image).split("@")[0]),
    );
    expect([...names].sort()).toEqual([
      "docker.io/library/postgres",
      "docker.io/valkey/valkey",
      "ghcr.io/atelier-workspace/atelier",
      "quay.io/prometheuscommunity/postgres-exporter",
    ]);
  });
});
