import type { Thread } from "../../lib/api-types.ts";
import { type MessageId, t } from "../../lib/i18n.ts";

export type Effort = NonNullable<Thread["effort"]>;

const LABELS: readonly (readonly [Effort, MessageId])[] = [
  ["off", "effort.off"],
  ["low", "effort.low"],
  ["medium", "effort.medium"],
  ["high", "effort.high"],
];

/** The effort with this value of a field; null where none is chosen. */
export function effortOf(value: string): Effort | null {
  return LABELS.find(([effort]) => effort === value)?.[0] ?? null;
}

/** Choices of how much a model thinks. @param auto the label for not choosing. */
export function effortOptions(auto: string): { value: string; label: string }[] {
  return [
    { value: "", label: auto },
    ...LABELS.map(([effort, label]) => ({ value: effort, label: t(label) })),
  ];
}
