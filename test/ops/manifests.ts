import {
  type Environment,
  environments,
  isRecord,
  type KubernetesObject,
  parseObjects,
  renderText,
  repositoryRoot,
} from "../../scripts/ops/environments.ts";

/** Rendered manifests of every environment. */
export type Renders = Record<Environment, KubernetesObject[]>;

/**
 * Builds these pinned tools if they are missing.
 * @throws Error naming what is missing when they cannot be built, so that the tests fail.
 */
export async function needTools(...names: string[]): Promise<void> {
  const child = Bun.spawn([`${repositoryRoot()}/scripts/ops-tools`, ...names], {
    stdout: "ignore",
    stderr: "pipe",
  });
  const said = await new Response(child.stderr).text();
  if ((await child.exited) !== 0) throw new Error(said.trim());
}

/** Renders all three overlays. */
export async function renderAll(): Promise<Renders> {
  const root = repositoryRoot();
  const [dev, staging, production] = await Promise.all(
    environments.map(async (env) => parseObjects(await renderText(root, `overlays/${env}`))),
  );
  return { dev: dev ?? [], staging: staging ?? [], production: production ?? [] };
}

/** Follows a path of keys and indexes; undefined where it leads nowhere. */
export function at(value: unknown, ...path: (string | number)[]): unknown {
  return path.reduce<unknown>((inner, step) => {
    if (Array.isArray(inner)) return typeof step === "number" ? inner[step] : undefined;
    return isRecord(inner) ? inner[step] : undefined;
  }, value);
}

/** The value at a path as a list of maps; empty where there is none. */
export function maps(value: unknown, ...path: (string | number)[]): Record<string, unknown>[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found.filter(isRecord) : [];
}

/** The value at a path as text; empty where there is none. */
export function text(value: unknown, ...path: (string | number)[]): string {
  const found = at(value, ...path);
  return typeof found === "string" || typeof found === "number" ? String(found) : "";
}

/** The labels at a path. */
export function labels(value: unknown, ...path: (string | number)[]): Record<string, string> {
  const found = at(value, ...path);
  return isRecord(found)
    ? Object.fromEntries(Object.entries(found).map(([k, v]) => [k, String(v)]))
    : {};
}

/** One kind of pod that the manifests make, with how many of it may exist at once. */
export interface PodTemplate {
  readonly owner: string;
  readonly kind: string;
  readonly name: string;
  readonly metadata: unknown;
  readonly spec: Record<string, unknown>;
  /** Maximum concurrent pods: HPA maximum or replicas, plus the surge of a rollout. */
  readonly most: number;
}

/** Every pod template of a render. */
export function podTemplates(objects: readonly KubernetesObject[]): PodTemplate[] {
  return objects.flatMap((object) => {
    const template =
      object.kind === "CronJob"
        ? at(object, "spec", "jobTemplate", "spec", "template")
        : at(object, "spec", "template");
    const spec = at(template, "spec");
    if (!["Deployment", "StatefulSet", "Job", "CronJob"].includes(object.kind) || !isRecord(spec))
      return [];
    const hpa = objects.find(
      (other) =>
        other.kind === "HorizontalPodAutoscaler" &&
        at(other, "spec", "scaleTargetRef", "name") === object.metadata.name,
    );
    const base = Number(at(hpa, "spec", "maxReplicas") ?? at(object, "spec", "replicas") ?? 1);
    const surge = Number(at(object, "spec", "strategy", "rollingUpdate", "maxSurge") ?? 0);
    return [
      {
        owner: `${object.kind}/${object.metadata.name}`,
        kind: object.kind,
        name: object.metadata.name,
        metadata: at(template, "metadata"),
        spec,
        most: base + surge,
      },
    ];
  });
}

/** Every container of a pod template, of any kind. */
export const containers = (pod: PodTemplate): Record<string, unknown>[] =>
  ["initContainers", "containers", "ephemeralContainers"].flatMap((sort) => maps(pod.spec, sort));

/** A quantity in base units: CPU in cores, memory in bytes. */
export function quantity(value: unknown): number {
  const match = /^([0-9.]+)(m|k|Ki|Mi|Gi|Ti)?$/.exec(String(value ?? "0"));
  const factors: Record<string, number> = {
    m: 0.001,
    k: 1e3,
    Ki: 2 ** 10,
    Mi: 2 ** 20,
    Gi: 2 ** 30,
    Ti: 2 ** 40,
  };
  return match === null ? Number.NaN : Number(match[1]) * (factors[match[2] ?? ""] ?? 1);
}

/** True when a label selector selects these labels. */
export function selects(selector: unknown, on: Record<string, string>): boolean {
  const wanted = Object.entries(labels(selector, "matchLabels"));
  return (
    wanted.every(([key, value]) => on[key] === value) &&
    maps(selector, "matchExpressions").every((expression) => {
      const value = on[text(expression, "key")];
      const values = at(expression, "values");
      const listed = Array.isArray(values) && value !== undefined && values.includes(value);
      switch (expression.operator) {
        case "In":
          return listed;
        case "NotIn":
          return !listed;
        case "Exists":
          return value !== undefined;
        case "DoesNotExist":
          return value === undefined;
        default:
          return false;
      }
    })
  );
}
