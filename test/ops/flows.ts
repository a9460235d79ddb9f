import type { KubernetesObject } from "../../scripts/ops/environments.ts";
import { at, labels, maps, selects, text } from "./manifests.ts";

/** One end of a connection: a pod with its labels, in a namespace with default labels only; or an address. */
export type End =
  | { readonly pod: Record<string, string>; readonly namespace: string }
  | { readonly address: string };

/** A port to reach. */
export interface Port {
  readonly port: number;
  readonly protocol: "TCP" | "UDP";
}

const home = "atelier";

/** Default labels of a namespace on a fresh cluster. */
const namespaceLabels = (namespace: string) => ({ "kubernetes.io/metadata.name": namespace });

/**
 * Whether these policies allow a connection, by the rules of networking.k8s.io/v1: an end that no policy
 * selects is open, a selected one allows only what some policy lists, and both ends must agree.
 */
export function flows(
  policies: readonly KubernetesObject[],
  from: End,
  to: End,
  port: Port,
): boolean {
  return side(policies, "Egress", from, to, port) && side(policies, "Ingress", to, from, port);
}

function side(
  policies: readonly KubernetesObject[],
  direction: "Ingress" | "Egress",
  own: End,
  other: End,
  port: Port,
): boolean {
  if (!("pod" in own) || own.namespace !== home) return true;
  const selecting = policies.filter((policy) => {
    const types = at(policy, "spec", "policyTypes");
    return (
      Array.isArray(types) &&
      types.includes(direction) &&
      selects(at(policy, "spec", "podSelector"), own.pod)
    );
  });
  if (selecting.length === 0) return true;
  const [list, peers] =
    direction === "Egress" ? (["egress", "to"] as const) : (["ingress", "from"] as const);
  return selecting.some((policy) =>
    maps(policy, "spec", list).some(
      (rule) =>
        (at(rule, peers) === undefined || maps(rule, peers).some((peer) => matches(peer, other))) &&
        (at(rule, "ports") === undefined ||
          maps(rule, "ports").some(
            (open) =>
              Number(open.port) === port.port &&
              (text(open, "protocol") || "TCP") === port.protocol,
          )),
    ),
  );
}

function matches(peer: Record<string, unknown>, end: End): boolean {
  const block = peer.ipBlock;
  if (block !== undefined) {
    if (!("address" in end)) return false;
    const except = at(block, "except");
    return (
      inside(end.address, text(block, "cidr")) &&
      !(Array.isArray(except) && except.some((cidr) => inside(end.address, String(cidr))))
    );
  }
  if (!("pod" in end)) return false;
  const namespace =
    peer.namespaceSelector === undefined
      ? end.namespace === home
      : selects(peer.namespaceSelector, namespaceLabels(end.namespace));
  return namespace && (peer.podSelector === undefined || selects(peer.podSelector, end.pod));
}

function bits(address: string): { value: bigint; width: number } {
  if (!address.includes(":")) {
    return {
      value: address.split(".").reduce((sum, part) => sum * 256n + BigInt(part), 0n),
      width: 32,
    };
  }
  const [head = "", tail = ""] = address.split("::");
  const left = head.split(":").filter(Boolean);
  const right = tail.split(":").filter(Boolean);
  const groups = [
    ...left,
    ...Array.from({ length: 8 - left.length - right.length }, () => "0"),
    ...right,
  ];
  return {
    value: groups.reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n),
    width: 128,
  };
}

/** Whether an address is inside a block, IPv4 or IPv6. */
export function inside(address: string, cidr: string): boolean {
  const [network = "", length = "0"] = cidr.split("/");
  const one = bits(address);
  const block = bits(network);
  if (one.width !== block.width) return false;
  const shift = BigInt(block.width - Number(length));
  return one.value >> shift === block.value >> shift;
}

/** The labels of the pods that one workload makes. */
export function podLabels(
  objects: readonly KubernetesObject[],
  kind: string,
  name: string,
): Record<string, string> {
  const object = objects.find(
    (candidate) => candidate.kind === kind && candidate.metadata.name === name,
  );
  const path =
    kind === "CronJob"
      ? ["spec", "jobTemplate", "spec", "template", "metadata", "labels"]
      : ["spec", "template", "metadata", "labels"];
  const found = labels(object, ...path);
  // Labels added by controllers: policies must not depend on them.
  return kind === "CronJob" || kind === "Job"
    ? { ...found, "batch.kubernetes.io/job-name": `${name}-29384756` }
    : { ...found, "pod-template-hash": "5d8c7b" };
}
