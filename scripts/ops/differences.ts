import { isRecord, type KubernetesObject } from "./environments.ts";

/** One difference between two renders. `path` begins with Kind/name; a missing side is undefined. */
export interface Difference {
  readonly path: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** Kustomize appends a hash of the content to a generated name; two renders are compared without it. */
const withoutHash = (text: string): string => text.replace(/-[2456789bcdfghkmt]{10}$/, "");

const generated = new Set(["ConfigMap", "Secret"]);

function key(object: KubernetesObject): string {
  const name = generated.has(object.kind)
    ? withoutHash(object.metadata.name)
    : object.metadata.name;
  return `${object.kind}/${name}`;
}

/** Lists every JSON path at which two renders differ, in a stable order. */
export function differences(
  from: readonly KubernetesObject[],
  to: readonly KubernetesObject[],
): Difference[] {
  const left = new Map(from.map((object) => [key(object), object]));
  const right = new Map(to.map((object) => [key(object), object]));
  const found: Difference[] = [];
  for (const name of [...new Set([...left.keys(), ...right.keys()])].sort()) {
    const a = left.get(name);
    const b = right.get(name);
    if (a === undefined || b === undefined) {
      found.push({ path: name, from: a && "present", to: b && "present" });
    } else if (a.kind === "Secret" && JSON.stringify(a.data) !== JSON.stringify(b.data)) {
      // Encrypted text differs by its nonce even for equal values: only the fact is reported.
      found.push({ path: `${name}.data`, from: "encrypted", to: "encrypted" });
    } else compare(name, a, b, found);
  }
  return found;
}

function compare(path: string, a: unknown, b: unknown, found: Difference[]): void {
  if (isRecord(a) && isRecord(b)) {
    for (const name of [...new Set([...Object.keys(a), ...Object.keys(b)])].sort()) {
      compare(`${path}.${name}`, a[name], b[name], found);
    }
  } else if (Array.isArray(a) && Array.isArray(b)) {
    for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
      compare(`${path}[${index}]`, a[index], b[index], found);
    }
  } else if (
    a !== b &&
    !(typeof a === "string" && typeof b === "string" && withoutHash(a) === withoutHash(b))
  ) {
    found.push({ path, from: a, to: b });
  }
}

/** Differences as text, one per line, for a pull request. */
export function describe(list: readonly Difference[]): string {
  const show = (value: unknown) => (value === undefined ? "(none)" : JSON.stringify(value));
  return list.map(({ path, from, to }) => `${path}: ${show(from)} -> ${show(to)}\n`).join("");
}
