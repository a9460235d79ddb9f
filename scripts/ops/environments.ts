import { join, resolve } from "node:path";
import { Refusal, run, succeed } from "./command-line.ts";

/** The environments, in the order in which a release moves through them. */
export const environments = ["dev", "staging", "production"] as const;
export type Environment = (typeof environments)[number];

/** The stages of one environment, in the order in which Flux applies them. */
export const stages = ["policies", "data", "migrate", "app", "monitoring"] as const;

/** The digest that stands for "nothing has been released here yet". */
export const unreleased = `sha256:${"0".repeat(64)}`;

/** The repository's root: the one given, or the one this script is in. */
export function repositoryRoot(given?: string): string {
  return given === undefined ? resolve(import.meta.dir, "../..") : resolve(given);
}

/** Parses an environment's name, or ends with 64. */
export function environment(word: string | undefined, help: string): Environment {
  const found = environments.find((name) => name === word);
  if (found === undefined) {
    throw new Refusal(
      `${word === undefined ? "an environment is missing" : `no environment is called ${word}`}\n\n${help}`,
      64,
    );
  }
  return found;
}

/** The file that holds an environment's image digests, from the root. */
export const imagesFile = (env: Environment): string => `overlays/${env}/images/kustomization.yaml`;

/** One image of an environment: its name in base/, where it comes from, and its digest. */
export interface PinnedImage {
  readonly name: string;
  readonly newName: string;
  readonly digest: string;
}

/** Reads an environment's digests from the text of its images file. */
export function parseImages(text: string): PinnedImage[] {
  const parsed: unknown = Bun.YAML.parse(text);
  const images = isRecord(parsed) && Array.isArray(parsed.images) ? parsed.images : [];
  return images.map((image: unknown) => {
    if (!isRecord(image)) throw new Refusal("an image entry is not a map");
    const { name, newName, digest } = image;
    if (typeof name !== "string" || typeof newName !== "string" || typeof digest !== "string") {
      throw new Refusal("an image needs name, newName and digest");
    }
    if (!/^sha256:[0-9a-f]{64}$/.test(digest)) throw new Refusal(`${name} has no sha256 digest`);
    return { name, newName, digest };
  });
}

/** The app's own image among those of an environment. */
export function appImage(images: readonly PinnedImage[]): PinnedImage {
  const found = images.find((image) => image.name === "atelier");
  if (found === undefined) throw new Refusal("no image is called atelier");
  return found;
}

/** True for a plain object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Finds one of the pinned tools, building it first when it is missing (exit 69: it cannot be built here). */
export async function tool(name: string): Promise<string> {
  const script = join(repositoryRoot(), "scripts/ops-tools");
  const { code, stdout, stderr } = await run([script, "--path", name]);
  if (code !== 0) throw new Refusal(stderr.trim(), code);
  return stdout.trim();
}

/** A Kubernetes object, as far as the scripts read it. */
export interface KubernetesObject extends Record<string, unknown> {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly [key: string]: unknown;
  };
}

/** Renders a kustomization to YAML text. */
export async function renderText(root: string, path: string): Promise<string> {
  return succeed([await tool("kustomize"), "build", join(root, path)]);
}

/** Splits rendered YAML into its objects. */
export function parseObjects(text: string): KubernetesObject[] {
  const documents: unknown = Bun.YAML.parse(text);
  return (Array.isArray(documents) ? documents : [documents]).filter(isKubernetesObject);
}

function isKubernetesObject(value: unknown): value is KubernetesObject {
  return (
    isRecord(value) &&
    typeof value.kind === "string" &&
    isRecord(value.metadata) &&
    typeof value.metadata.name === "string"
  );
}
