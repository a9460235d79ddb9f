import type { Thread } from "../../lib/api-types.ts";
import { t } from "../../lib/i18n.ts";

export type Effort = NonNullable<Thread["effort"]>;

const EFFORTS: readonly Effort[] = ["off", "low", "medium", "high"];

/** The effort with this value of a field; null where none is chosen. */
export function effortOf(value: string): Effort | null {
  return EFFORTS.find((effort) => effort === value) ?? null;
}

/** Choices of how much a model thinks. @param auto the label for not choosing. */
export function effortOptions(auto: string): { value: string; label: string }[] {
  return [
    { value: "", label: auto },
    ...EFFORTS.map((effort) => ({ value: effort, label: t(`effort.${effort}`) })),
  ];
}
