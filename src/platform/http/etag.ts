import type { Context } from "hono";
import { Problem } from "./problem.ts";

/** The ETag of a row with a version counter. */
export function versionTag(version: number): string {
  return `"v${version}"`;
}

/** The version named by If-Match, or null when the caller sent none (or `*`). */
export function expectedVersion(c: Context): number | null {
  const header = c.req.header("if-match");
  if (header === undefined || header === "*") return null;
  // A version counter or an instant in milliseconds; longer numbers were never issued.
  const match = /^(?:W\/)?"v(\d{1,15})"$/.exec(header.trim());
  if (!match) throw changedMeanwhile();
  return Number(match[1]);
}

/** 412: the caller changed a version that is no longer the latest. */
export function changedMeanwhile(): Problem {
  return new Problem(
    412,
    "changed_meanwhile",
    "This was changed since you loaded it. Load it again, then repeat your change.",
  );
}
