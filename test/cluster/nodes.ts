import { at, labels, maps, quantity, text } from "../ops/manifests.ts";
import { type Cluster, freePort, until } from "./control-plane.ts";

/** Fake nodes: they report each pod's status like a kubelet, but run nothing. */
export interface Nodes {
  /** CPU use per container, in percent of its request, by component label; default 50. */
  readonly usage: Map<string, number>;
  /** Images whose pods never become ready. */
  readonly broken: Set<string>;
  /** Images whose jobs end with a failure. */
  readonly failing: Set<string>;
  stop(): Promise<void>;
}

const list = async (cluster: Cluster, path: string) =>
  maps(await cluster.api("GET", path), "items");

/** Starts three stand-in nodes and a metrics API (metrics.k8s.io) that reports the scripted use. */
export async function startNodes(cluster: Cluster): Promise<Nodes> {
  const usage = new Map<string, number>();
  const broken = new Set<string>();
  const failing = new Set<string>();
  for (const name of ["node-a", "node-b", "node-c"]) {
    await cluster.api("POST", "/api/v1/nodes", {
      apiVersion: "v1",
      kind: "Node",
      metadata: {
        name,
        labels: { "kubernetes.io/hostname": name, "topology.kubernetes.io/zone": name },
      },
    });
    const capacity = { cpu: "64", memory: "128Gi", pods: "200", "ephemeral-storage": "500Gi" };
    await cluster.api(
      "PATCH",
      `/api/v1/nodes/${name}/status`,
      {
        status: {
          capacity,
          allocatable: capacity,
          conditions: [
            {
              type: "Ready",
              status: "True",
              reason: "StandIn",
              message: "",
              lastHeartbeatTime: new Date().toISOString(),
              lastTransitionTime: new Date().toISOString(),
            },
          ],
        },
      },
      "application/strategic-merge-patch+json",
    );
    // The API server taints a new node as not ready; the controller that removes the taint is off here.
    await cluster.api(
      "PATCH",
      `/api/v1/nodes/${name}`,
      { spec: { taints: null } },
      "application/merge-patch+json",
    );
  }
  await cluster.api("POST", "/apis/storage.k8s.io/v1/storageclasses", {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    provisioner: "test/stand-in",
    volumeBindingMode: "Immediate",
    metadata: {
      name: "standard",
      annotations: { "storageclass.kubernetes.io/is-default-class": "true" },
    },
  });
  const metrics = await serveMetrics(cluster, usage);
  let running = true;
  const loop = (async () => {
    while (running) {
      await tick(cluster, broken, failing).catch(() => undefined);
      await Bun.sleep(250);
    }
  })();
  return {
    usage,
    broken,
    failing,
    stop: async () => {
      running = false;
      await loop;
      await metrics.stop(true);
    },
  };
}

async function tick(cluster: Cluster, broken: Set<string>, failing: Set<string>): Promise<void> {
  for (const claim of await list(cluster, "/api/v1/persistentvolumeclaims")) {
    if (text(claim, "status", "phase") !== "Pending") continue;
    await cluster.api("POST", "/api/v1/persistentvolumes", {
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: { name: `pv-${text(claim, "metadata", "uid")}` },
      spec: {
        capacity: { storage: at(claim, "spec", "resources", "requests", "storage") },
        accessModes: ["ReadWriteOnce"],
        storageClassName: "standard",
        hostPath: { path: "/nowhere" },
        claimRef: {
          namespace: at(claim, "metadata", "namespace"),
          name: at(claim, "metadata", "name"),
        },
      },
    });
  }
  await Promise.all(
    (await list(cluster, "/api/v1/pods")).map(async (pod) => {
      const path = `/api/v1/namespaces/${text(pod, "metadata", "namespace")}/pods/${text(pod, "metadata", "name")}`;
      if (at(pod, "metadata", "deletionTimestamp") !== undefined) {
        await cluster.api("DELETE", path, { gracePeriodSeconds: 0 });
      } else if (
        text(pod, "spec", "nodeName") !== "" &&
        text(pod, "status", "phase") === "Pending"
      ) {
        await cluster.api(
          "PATCH",
          `${path}/status`,
          { status: lifeOf(pod, broken, failing) },
          "application/merge-patch+json",
        );
      }
    }),
  );
}

function lifeOf(
  pod: Record<string, unknown>,
  broken: Set<string>,
  failing: Set<string>,
): Record<string, unknown> {
  const now = new Date().toISOString();
  const runs = (images: Set<string>) =>
    maps(pod, "spec", "containers").some((container) =>
      [...images].some((image) => text(container, "image").includes(image)),
    );
  const ofJob = maps(pod, "metadata", "ownerReferences").some((owner) => owner.kind === "Job");
  const ready = !ofJob && !runs(broken);
  const exitCode = ofJob && runs(failing) ? 1 : 0;
  const phase = ofJob ? (exitCode === 0 ? "Succeeded" : "Failed") : "Running";
  const reason = exitCode === 0 ? "Completed" : "Error";
  return {
    phase,
    startTime: now,
    podIP: "10.1.0.1",
    podIPs: [{ ip: "10.1.0.1" }],
    conditions: ["PodScheduled", "Initialized", "ContainersReady", "Ready"].map((type) => ({
      type,
      status: type.endsWith("eady") ? (ready ? "True" : "False") : "True",
      lastTransitionTime: now,
    })),
    containerStatuses: maps(pod, "spec", "containers").map((container) => ({
      name: container.name,
      image: container.image,
      imageID: container.image,
      ready,
      started: ready,
      restartCount: 0,
      state:
        phase === "Running"
          ? { running: { startedAt: now } }
          : { terminated: { exitCode, reason, startedAt: now, finishedAt: now } },
    })),
  };
}

async function serveMetrics(cluster: Cluster, usage: Map<string, number>) {
  const port = await freePort();
  const server = Bun.serve({
    port,
    hostname: "127.0.0.1",
    tls: { cert: Bun.file(cluster.certificate.cert), key: Bun.file(cluster.certificate.key) },
    fetch: async (request) => {
      const url = new URL(request.url);
      const match = /^\/apis\/metrics\.k8s\.io\/v1beta1\/namespaces\/([^/]+)\/pods$/.exec(
        url.pathname,
      );
      if (match === null) {
        return Response.json({
          kind: "APIResourceList",
          apiVersion: "v1",
          groupVersion: "metrics.k8s.io/v1beta1",
          resources: [
            {
              name: "pods",
              singularName: "",
              namespaced: true,
              kind: "PodMetrics",
              verbs: ["get", "list"],
            },
          ],
        });
      }
      const selector = url.searchParams.get("labelSelector") ?? "";
      const pods = await list(
        cluster,
        `/api/v1/namespaces/${match[1]}/pods?labelSelector=${encodeURIComponent(selector)}`,
      );
      const items = pods.map((pod) => {
        const percent =
          usage.get(labels(pod, "metadata", "labels")["app.kubernetes.io/component"] ?? "") ?? 50;
        return {
          metadata: {
            name: at(pod, "metadata", "name"),
            namespace: match[1],
            labels: at(pod, "metadata", "labels"),
          },
          timestamp: new Date().toISOString(),
          window: "10s",
          containers: maps(pod, "spec", "containers").map((c) => ({
            name: c.name,
            usage: {
              cpu: `${Math.round(quantity(at(c, "resources", "requests", "cpu")) * percent * 10)}m`,
              memory: `${Math.round(quantity(at(c, "resources", "requests", "memory")) * 0.5)}`,
            },
          })),
        };
      });
      return Response.json({
        kind: "PodMetricsList",
        apiVersion: "metrics.k8s.io/v1beta1",
        metadata: {},
        items,
      });
    },
  });
  await cluster.api("POST", "/api/v1/namespaces/kube-system/services", {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "metrics" },
    spec: { type: "ExternalName", externalName: "localhost", ports: [{ port }] },
  });
  await cluster.api("POST", "/apis/apiregistration.k8s.io/v1/apiservices", {
    apiVersion: "apiregistration.k8s.io/v1",
    kind: "APIService",
    metadata: { name: "v1beta1.metrics.k8s.io" },
    spec: {
      group: "metrics.k8s.io",
      version: "v1beta1",
      insecureSkipTLSVerify: true,
      groupPriorityMinimum: 100,
      versionPriority: 100,
      service: { name: "metrics", namespace: "kube-system", port },
    },
  });
  await until(
    "the metrics API answers",
    async () =>
      (
        await cluster.kubectl([
          "get",
          "--raw",
          "/apis/metrics.k8s.io/v1beta1/namespaces/default/pods",
        ])
      ).code === 0,
    60_000,
  );
  return server;
}
