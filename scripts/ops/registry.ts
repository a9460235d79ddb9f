import { Refusal } from "./command-line.ts";
import type { PinnedImage } from "./environments.ts";

/**
 * Ends the script unless the registry has an image's manifest by its digest (OCI distribution
 * specification, "Checking if content exists in the registry").
 *
 * @param registry base address instead of https://<host of the image>, for a mirror or a test
 */
export async function requirePublished(image: PinnedImage, registry?: string): Promise<void> {
  const slash = image.newName.indexOf("/");
  const base = registry ?? `https://${image.newName.slice(0, slash)}`;
  const url = `${base}/v2/${image.newName.slice(slash + 1)}/manifests/${image.digest}`;
  const token = process.env.REGISTRY_TOKEN;
  let status: number;
  try {
    const response = await fetch(url, {
      method: "HEAD",
      signal: AbortSignal.timeout(10_000),
      headers: {
        accept:
          "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json",
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
    });
    status = response.status;
  } catch (error) {
    throw new Refusal(
      `the registry does not answer at ${base}: ${error instanceof Error ? error.message : error}`,
      69,
    );
  }
  if (status !== 200)
    throw new Refusal(`the registry does not have ${image.newName}@${image.digest} (${status})`);
}
