import { beforeAll, describe, expect, test } from "bun:test";
import type { KubernetesObject } from "../../scripts/ops/environments.ts";
import { type End, flows, inside, type Port, podLabels } from "./flows.ts";
import { needTools, renderAll } from "./manifests.ts";

await needTools("kustomize");

const tcp = (port: number): Port => ({ port, protocol: "TCP" });
const udp = (port: number): Port => ({ port, protocol: "UDP" });

describe("traffic by the network policies, with the labels of a fresh cluster", () => {
  let objects: KubernetesObject[];
  let policies: KubernetesObject[];
  let ends: Record<string, End>;

  beforeAll(async () => {
    objects = (await renderAll()).production;
    policies = objects.filter((object) => object.kind === "NetworkPolicy");
    const own = (kind: string, name: string): End => ({
      pod: podLabels(objects, kind, name),
      namespace: "atelier",
    });
    ends = {
      api: own("Deployment", "api"),
      web: own("Deployment", "web"),
      worker: own("Deployment", "worker"),
      valkey: own("Deployment", "valkey"),
      postgres: own("StatefulSet", "postgres"),
      migrate: own("Job", "migrate"),
      roles: own("Job", "postgres-roles"),
      backup: own("CronJob", "backup"),
      drill: own("CronJob", "restore-drill"),
      solver: { pod: { "acme.cert-manager.io/http01-solver": "true" }, namespace: "atelier" },
      stray: { pod: { app: "stray" }, namespace: "atelier" },
      dns: { pod: { "k8s-app": "kube-dns" }, namespace: "kube-system" },
      ingress: { pod: { "app.kubernetes.io/name": "traefik" }, namespace: "ingress" },
      prometheus: { pod: { "app.kubernetes.io/name": "prometheus" }, namespace: "monitoring" },
      grafana: { pod: { "app.kubernetes.io/name": "grafana" }, namespace: "monitoring" },
      neighbour: {
        pod: { "app.kubernetes.io/name": "atelier", "app.kubernetes.io/component": "api" },
        namespace: "other",
      },
      internet: { address: "93.184.216.34" },
      internet6: { address: "2606:2800:220:1::1" },
      metadata: { address: "169.254.169.254" },
      lan: { address: "192.168.1.10" },
      cluster: { address: "10.43.0.1" },
      carrier: { address: "100.64.0.7" },
      local6: { address: "fd00::1" },
    };
  }, 300_000);

  /** Every allowed connection; all others must be denied. */
  const allowed: Record<string, [to: string, port: Port][]> = {
    api: [
      ["postgres", tcp(5432)],
      ["valkey", tcp(6379)],
      ["internet", tcp(443)],
      ["internet6", tcp(443)],
    ],
    web: [
      ["postgres", tcp(5432)],
      ["valkey", tcp(6379)],
    ],
    worker: [
      ["postgres", tcp(5432)],
      ["valkey", tcp(6379)],
      ["internet", tcp(443)],
      ["internet6", tcp(443)],
    ],
    migrate: [["postgres", tcp(5432)]],
    roles: [["postgres", tcp(5432)]],
    backup: [
      ["postgres", tcp(5432)],
      ["internet", tcp(443)],
      ["internet6", tcp(443)],
    ],
    drill: [
      ["internet", tcp(443)],
      ["internet6", tcp(443)],
    ],
    postgres: [["postgres", tcp(5432)]],
    ingress: [
      ["api", tcp(3000)],
      ["web", tcp(3000)],
      ["solver", tcp(8089)],
    ],
    prometheus: [
      ["api", tcp(9464)],
      ["web", tcp(9464)],
      ["worker", tcp(9464)],
      ["postgres", tcp(9187)],
    ],
  };
  const ports = [
    tcp(22),
    tcp(53),
    udp(53),
    tcp(80),
    tcp(443),
    tcp(3000),
    tcp(5432),
    tcp(6379),
    tcp(8089),
    tcp(9187),
    tcp(9464),
    tcp(10_250),
  ];
  const isOurs = (end: End) => "pod" in end && end.namespace === "atelier";

  test("exactly the listed flows pass: every other pair of ends and port is stopped", () => {
    const wrong: string[] = [];
    let judged = 0;
    for (const [from, source] of Object.entries(ends)) {
      for (const [to, target] of Object.entries(ends)) {
        // These policies do not apply between two other parties.
        if (!isOurs(source) && !isOurs(target)) continue;
        for (const port of ports) {
          const dns = isOurs(source) && to === "dns" && port.port === 53;
          const wanted =
            dns ||
            (allowed[from] ?? []).some(
              ([name, open]) =>
                name === to && open.port === port.port && open.protocol === port.protocol,
            );
          judged += 1;
          if (flows(policies, source, target, port) !== wanted)
            wrong.push(
              `${from} -> ${to}:${port.port}/${port.protocol} ${wanted ? "is stopped" : "passes"}`,
            );
        }
      }
    }
    expect(wrong).toEqual([]);
    expect(judged).toBeGreaterThan(3000);
  });

  const careless: Record<string, (policy: KubernetesObject) => string> = {
    "a namespace selected by a label that no namespace has": (policy) =>
      JSON.stringify(policy).replaceAll("kubernetes.io/metadata.name", "name"),
    "DNS by UDP alone": (policy) =>
      JSON.stringify(policy).replace(/,?\{"port":53,"protocol":"TCP"\}/, ""),
    "every namespace taken for the internet": (policy) =>
      JSON.stringify(policy).replace(
        /\{"ipBlock":\{"cidr":"0\.0\.0\.0\/0"[^}]*\}\}/,
        '{"namespaceSelector":{}}',
      ),
    "metadata addresses not excepted": (policy) =>
      JSON.stringify(policy).replace('"169.254.0.0/16",', ""),
    "jobs selected by a name that their pods do not have": (policy) =>
      JSON.stringify(policy).replace(
        /\{"key":"app.kubernetes.io\/component","operator":"In","values":\["migrate","backup"\]\}/,
        '{"key":"job-name","operator":"In","values":["backup"]}',
      ),
    "no default": (policy) =>
      policy.metadata.name === "default-deny"
        ? JSON.stringify({
            ...policy,
            spec: { podSelector: { matchLabels: { none: "none" } }, policyTypes: [] },
          })
        : JSON.stringify(policy),
  };
  for (const [name, change] of Object.entries(careless)) {
    test(`the matrix notices ${name}`, () => {
      const before = JSON.stringify(policies);
      const changed: KubernetesObject[] = JSON.parse(`[${policies.map(change).join(",")}]`);
      expect(JSON.stringify(changed)).not.toBe(before);
      const different = Object.values(ends).some((source) =>
        Object.values(ends).some((target) =>
          ports.some(
            (port) =>
              flows(policies, source, target, port) !== flows(changed, source, target, port),
          ),
        ),
      );
      expect(different).toBe(true);
    });
  }

  test("addresses are compared as addresses", () => {
    expect(inside("172.31.255.255", "172.16.0.0/12")).toBe(true);
    expect(inside("172.32.0.0", "172.16.0.0/12")).toBe(false);
    expect(inside("fe80::1", "fe80::/10")).toBe(true);
    expect(inside("::1", "::1/128")).toBe(true);
    expect(inside("10.0.0.1", "::/0")).toBe(false);
  });
});
