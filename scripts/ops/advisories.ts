import { z } from "zod";

const advisory = z.object({
  severity: z.string(),
  title: z.string().default(""),
  url: z.string().default(""),
});
const report = z.record(z.string(), z.array(advisory));

/** A known vulnerability of an installed package. */
export interface Advisory extends z.output<typeof advisory> {
  readonly package: string;
}

/**
 * Parses the output of `bun audit --json`.
 * @returns undefined when it is no report: the advisory database did not answer.
 */
export function readAdvisories(printed: string): Advisory[] | undefined {
  let json: unknown;
  try {
    json = JSON.parse(printed);
  } catch {
    return undefined;
  }
  const parsed = report.safeParse(json);
  if (!parsed.success) return undefined;
  return Object.entries(parsed.data).flatMap(([name, list]) =>
    list.map((one) => ({ ...one, package: name })),
  );
}

/** Whether an advisory blocks merging. */
export function isSevere({ severity }: Advisory): boolean {
  return severity === "high" || severity === "critical";
}
