import { isRecord, type KubernetesObject } from "../../scripts/ops/environments.ts";
import {
  at,
  containers,
  labels,
  maps,
  type PodTemplate,
  podTemplates,
  quantity,
  selects,
  text,
} from "./manifests.ts";

/** A rule for one environment's render; returns every breach. */
export type Rule = (objects: readonly KubernetesObject[]) => string[];

const ofKind = (objects: readonly KubernetesObject[], kind: string) =>
  objects.filter((object) => object.kind === kind);

const eachPod = (
  objects: readonly KubernetesObject[],
  judge: (pod: PodTemplate) => string[],
): string[] =>
  podTemplates(objects).flatMap((pod) => judge(pod).map((breach) => `${pod.owner}: ${breach}`));

const digestsOnly: Rule = (objects) =>
  eachPod(objects, (pod) =>
    containers(pod)
      .filter((c) => !/^[a-z0-9.-]+\/[^@]+@sha256:[0-9a-f]{64}$/.test(text(c, "image")))
      .map((c) => `image ${text(c, "image")} is not a digest`),
  );

const restrictedPods: Rule = (objects) =>
  eachPod(objects, (pod) => {
    const breaches: string[] = [];
    if (at(pod.spec, "securityContext", "runAsNonRoot") !== true) breaches.push("may run as root");
    if (at(pod.spec, "securityContext", "seccompProfile", "type") !== "RuntimeDefault")
      breaches.push("has no seccomp profile");
    for (const own of ["hostNetwork", "hostPID", "hostIPC"])
      if (pod.spec[own] === true) breaches.push(`uses ${own}`);
    if (maps(pod.spec, "volumes").some((volume) => "hostPath" in volume))
      breaches.push("mounts a host path");
    for (const container of containers(pod)) {
      const context = at(container, "securityContext");
      if (at(context, "allowPrivilegeEscalation") !== false)
        breaches.push(`${text(container, "name")} may gain privileges`);
      if (at(context, "readOnlyRootFilesystem") !== true)
        breaches.push(`${text(container, "name")} can write its root`);
      if (JSON.stringify(at(context, "capabilities", "drop")) !== '["ALL"]')
        breaches.push(`${text(container, "name")} keeps capabilities`);
      if (at(context, "privileged") === true)
        breaches.push(`${text(container, "name")} is privileged`);
      if (maps(container, "ports").some((port) => "hostPort" in port))
        breaches.push(`${text(container, "name")} takes a host port`);
      for (const limit of ["cpu", "memory"]) {
        if (at(container, "resources", "limits", limit) === undefined)
          breaches.push(`${text(container, "name")} has no ${limit} limit`);
        if (at(container, "resources", "requests", limit) === undefined)
          breaches.push(`${text(container, "name")} has no ${limit} request`);
      }
    }
    return breaches;
  });

const ownAccounts: Rule = (objects) =>
  eachPod(objects, (pod) => {
    const breaches: string[] = [];
    const account = text(pod.spec, "serviceAccountName");
    const object = ofKind(objects, "ServiceAccount").find(
      (candidate) => candidate.metadata.name === account,
    );
    if (object === undefined) breaches.push(`its account ${account || "(default)"} does not exist`);
    if (
      pod.spec.automountServiceAccountToken !== false ||
      object?.automountServiceAccountToken !== false
    )
      breaches.push("mounts a token");
    if (pod.spec.enableServiceLinks !== false)
      breaches.push("gets service links, which are unknown settings");
    return breaches;
  });

const noReplicasBesideHpa: Rule = (objects) =>
  ofKind(objects, "HorizontalPodAutoscaler").flatMap((hpa) => {
    const target = objects.find(
      (object) =>
        object.kind === "Deployment" &&
        object.metadata.name === at(hpa, "spec", "scaleTargetRef", "name"),
    );
    if (target === undefined)
      return [`HorizontalPodAutoscaler/${hpa.metadata.name}: its target does not exist`];
    return at(target, "spec", "replicas") === undefined
      ? []
      : [`Deployment/${target.metadata.name}: replicas beside an autoscaler`];
  });

const losslessRollouts: Rule = (objects) =>
  ofKind(objects, "Deployment")
    .filter((object) => ["api", "web", "worker"].includes(object.metadata.name))
    .flatMap((object) => {
      const breaches: string[] = [];
      const spec = at(object, "spec", "template", "spec");
      const container = maps(spec, "containers")[0];
      const config = objects.find(
        (other) => other.kind === "ConfigMap" && other.metadata.name.startsWith("app-config-"),
      );
      const drain = Number(at(config, "data", "ATELIER_DRAIN_SECONDS"));
      const longest =
        object.metadata.name === "api"
          ? Number(at(config, "data", "ATELIER_GENERATION_MAX_SECONDS"))
          : 0;
      const preStop = Number(at(container, "lifecycle", "preStop", "sleep", "seconds") ?? 0);
      if (at(object, "spec", "strategy", "rollingUpdate", "maxUnavailable") !== 0)
        breaches.push("a rollout takes pods away first");
      if (!(preStop >= 5)) breaches.push("no preStop sleep: it ends before the balancer knows");
      if (!(Number(at(spec, "terminationGracePeriodSeconds")) > preStop + drain + longest))
        breaches.push("grace is not longer than preStop, drain and the longest answer");
      const probes = ["startupProbe", "readinessProbe", "livenessProbe"].map((probe) =>
        text(container, probe, "httpGet", "path"),
      );
      if (new Set(probes).size !== 3 || probes.includes(""))
        breaches.push(`probes are not three different ones (${probes.join(" ")})`);
      if (maps(spec, "topologySpreadConstraints").length === 0)
        breaches.push("pods are not spread");
      const budget = ofKind(objects, "PodDisruptionBudget").find((pdb) =>
        selects(
          at(pdb, "spec", "selector"),
          labels(object, "spec", "template", "metadata", "labels"),
        ),
      );
      if (budget === undefined) breaches.push("no disruption budget");
      return breaches.map((breach) => `Deployment/${object.metadata.name}: ${breach}`);
    });

/** Connections of a pod besides its pool: readiness, two listeners (bus, queue), the queue's own work. */
const besidesPool = 4;
/** A worker's pool is for jobs; its other work has a small pool. */
const workersSidePool = 2;

const connectionBudget: Rule = (objects) => {
  const config = objects.find(
    (object) => object.kind === "ConfigMap" && object.metadata.name.startsWith("postgres-config-"),
  );
  const most = Number(
    /^max_connections = (\d+)/m.exec(text(config, "data", "postgresql.conf"))?.[1],
  );
  const reserved = Number(
    /^superuser_reserved_connections = (\d+)/m.exec(text(config, "data", "postgresql.conf"))?.[1],
  );
  const wanted = podTemplates(objects).reduce((sum, pod) => {
    const pool = containers(pod)
      .flatMap((c) => maps(c, "env"))
      .find((variable) => variable.name === "ATELIER_DATABASE_POOL_MAX");
    // Pods without our pool (backup, roles, exporter) open a few connections each.
    if (pool === undefined) return sum + pod.most * 3;
    const runsJobs = containers(pod).some((c) => JSON.stringify(c.args)?.includes("worker"));
    return sum + pod.most * (Number(pool.value) + besidesPool + (runsJobs ? workersSidePool : 0));
  }, 0);
  return wanted + reserved < most
    ? []
    : [`pods may open ${wanted} connections, of ${most} with ${reserved} reserved`];
};

const quotaFits: Rule = (objects) => {
  const hard = at(ofKind(objects, "ResourceQuota")[0], "spec", "hard");
  const total: Record<string, number> = {
    pods: 0,
    "requests.cpu": 0,
    "requests.memory": 0,
    "limits.cpu": 0,
    "limits.memory": 0,
  };
  for (const pod of podTemplates(objects)) {
    total.pods = (total.pods ?? 0) + pod.most;
    for (const container of containers(pod)) {
      for (const sort of ["requests", "limits"]) {
        for (const what of ["cpu", "memory"]) {
          total[`${sort}.${what}`] =
            (total[`${sort}.${what}`] ?? 0) +
            pod.most * quantity(at(container, "resources", sort, what));
        }
      }
    }
  }
  return Object.entries(total)
    .filter(([name, sum]) => !(sum <= quantity(at(hard, name))))
    .map(([name, sum]) => `the quota has ${text(hard, name)} of ${name}, but ${sum} may be wanted`);
};

const servicesHitOne: Rule = (objects) =>
  ofKind(objects, "Service").flatMap((service) => {
    const hit = podTemplates(objects).filter((pod) =>
      selects({ matchLabels: at(service, "spec", "selector") }, labels(pod.metadata, "labels")),
    );
    const breaches =
      hit.length === 1 ? [] : [`Service/${service.metadata.name}: selects ${hit.length} workloads`];
    if (
      maps(service, "spec", "ports").some((port) => port.name === "metrics" || port.port === 9464)
    )
      breaches.push(`Service/${service.metadata.name}: exposes metrics`);
    return breaches;
  });

const policiesMatch: Rule = (objects) =>
  ofKind(objects, "NetworkPolicy").flatMap((policy) => {
    const selector = at(policy, "spec", "podSelector");
    // The ACME solver's pods come from cert-manager and are in no manifest here.
    if (isRecord(selector) && policy.metadata.name.includes("acme")) return [];
    return podTemplates(objects).some((pod) => selects(selector, labels(pod.metadata, "labels")))
      ? []
      : [`NetworkPolicy/${policy.metadata.name}: selects nothing`];
  });

const secretsEncrypted: Rule = (objects) =>
  ofKind(objects, "Secret").flatMap((secret) => {
    const data = { ...labels(secret, "data"), ...labels(secret, "stringData") };
    const decoded = Object.entries(data).map(([name, value]) => [
      name,
      "data" in secret ? Buffer.from(value, "base64").toString() : value,
    ]);
    const plain = decoded.filter(
      ([name, value]) => !name?.startsWith("sops_") && !value?.startsWith("ENC[AES256_GCM,"),
    );
    return [
      ...plain.map(([name]) => `Secret/${secret.metadata.name}: ${name} is plain text`),
      ...(decoded.some(([name]) => name === "sops_mac")
        ? []
        : [`Secret/${secret.metadata.name}: no SOPS signature`]),
    ];
  });

/** Pods that may read each secret: the tables' owner is for the migrate Job only. */
const readersOfSecrets: Record<string, readonly string[]> = {
  "app-secrets": ["Deployment/api", "Deployment/web", "Deployment/worker"],
  "migrate-secrets": ["Job/migrate"],
  "postgres-secrets": ["StatefulSet/postgres", "Job/postgres-roles"],
  "valkey-secrets": ["Deployment/valkey"],
  "backup-secrets": ["CronJob/backup", "CronJob/restore-drill"],
};

/** The secrets that a pod takes, each with the keys that it names. */
const secretsOf = (pod: PodTemplate): { name: string; keys: string[] }[] => [
  ...maps(pod.spec, "volumes").map((volume) => ({
    name: text(volume, "secret", "secretName"),
    keys: maps(volume, "secret", "items").map((item) => text(item, "key")),
  })),
  ...containers(pod).flatMap((container) => [
    ...maps(container, "env").map((variable) => ({
      name: text(variable, "valueFrom", "secretKeyRef", "name"),
      keys: [text(variable, "valueFrom", "secretKeyRef", "key")],
    })),
    ...maps(container, "envFrom").map((source) => ({
      name: text(source, "secretRef", "name"),
      keys: [],
    })),
  ]),
];

const secretsApart: Rule = (objects) =>
  eachPod(objects, (pod) =>
    secretsOf(pod).flatMap(({ name }) => {
      const readers = Object.entries(readersOfSecrets).find(([secret]) => name.startsWith(secret));
      return readers === undefined || readers[1].includes(pod.owner)
        ? []
        : [`takes ${readers[0]}, which is not for it`];
    }),
  );

const secretsComplete: Rule = (objects) => {
  const keysOf = (name: string): string[] | undefined => {
    const secret = ofKind(objects, "Secret").find((one) => one.metadata.name === name);
    const external = ofKind(objects, "ExternalSecret").find((one) => one.metadata.name === name);
    if (secret !== undefined) return Object.keys(labels(secret, "data"));
    return external && maps(external, "spec", "data").map((entry) => text(entry, "secretKey"));
  };
  return eachPod(objects, (pod) =>
    secretsOf(pod).flatMap(({ name, keys }) => {
      // Secrets made by cert-manager are in no manifest.
      const there = keysOf(name);
      return keys
        .filter((key) => there !== undefined && !there.includes(key))
        .map((key) => `${name} has no ${key}`);
    }),
  );
};

const hpaOnBoth: Rule = (objects) =>
  ofKind(objects, "HorizontalPodAutoscaler").flatMap((hpa) => {
    const metrics = maps(hpa, "spec", "metrics").map(
      (metric) =>
        `${text(metric, "resource", "name")} ${text(metric, "resource", "target", "averageUtilization")}`,
    );
    const breaches =
      metrics.join(", ") === "cpu 70, memory 80"
        ? []
        : [`HorizontalPodAutoscaler/${hpa.metadata.name}: scales on ${metrics.join(", ")}`];
    if (at(hpa, "spec", "behavior", "scaleDown", "policies") === undefined)
      breaches.push(`HorizontalPodAutoscaler/${hpa.metadata.name}: no scale-down behaviour`);
    return breaches;
  });

const carefulCronJobs: Rule = (objects) =>
  ofKind(objects, "CronJob").flatMap((job) => {
    const missing = [
      at(job, "spec", "concurrencyPolicy") === "Forbid" ? "" : "may overlap itself",
      at(job, "spec", "startingDeadlineSeconds") === undefined ? "no starting deadline" : "",
      at(job, "spec", "jobTemplate", "spec", "activeDeadlineSeconds") === undefined
        ? "no deadline"
        : "",
    ].filter(Boolean);
    return missing.map((breach) => `CronJob/${job.metadata.name}: ${breach}`);
  });

const ingressIsNarrow: Rule = (objects) =>
  ofKind(objects, "Ingress").flatMap((ingress) => {
    const foreign = Object.keys(labels(ingress, "metadata", "annotations")).filter(
      (name) => !name.startsWith("cert-manager.io/"),
    );
    const targets = maps(ingress, "spec", "rules").flatMap((rule) => maps(rule, "http", "paths"));
    return [
      ...foreign.map(
        (name) => `Ingress/${ingress.metadata.name}: annotation of one controller: ${name}`,
      ),
      ...targets
        .filter((path) => text(path, "backend", "service", "port", "name") !== "http")
        .map(
          (path) => `Ingress/${ingress.metadata.name}: ${text(path, "path")} leads to another port`,
        ),
      ...(maps(ingress, "spec", "tls").length === 0
        ? [`Ingress/${ingress.metadata.name}: no TLS`]
        : []),
    ];
  });

const namespaceRestricted: Rule = (objects) => {
  const spaces = ofKind(objects, "Namespace");
  if (spaces.length !== 1) return [`the namespace is declared ${spaces.length} times`];
  return text(spaces[0], "metadata", "labels", "pod-security.kubernetes.io/enforce") ===
    "restricted"
    ? []
    : ["the namespace does not enforce the restricted standard"];
};

/** Every rule by its description. */
export const rules: Record<string, Rule> = {
  "every image is pinned by digest": digestsOnly,
  "every pod meets the restricted standard, with requests and limits": restrictedPods,
  "every pod has its own account, no token and no service links": ownAccounts,
  "no replicas stand beside an autoscaler": noReplicasBesideHpa,
  "autoscalers look at CPU 70 % and memory 80 % and come down slowly": hpaOnBoth,
  "a rollout loses no request": losslessRollouts,
  "the database has a connection for every pool at its largest": connectionBudget,
  "the quota holds everything at its largest": quotaFits,
  "each Service leads to exactly one workload and never to metrics": servicesHitOne,
  "each NetworkPolicy selects something": policiesMatch,
  "every Secret is encrypted": secretsEncrypted,
  "each Secret is seen by those alone whom it is for": secretsApart,
  "every key of a Secret that a pod names is there": secretsComplete,
  "scheduled jobs neither overlap nor run for ever": carefulCronJobs,
  "the Ingress serves any controller and leads to the public port only": ingressIsNarrow,
  "the one namespace enforces the restricted standard": namespaceRestricted,
};
