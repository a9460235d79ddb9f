/** Merges adjacent text within one network read: each event costs its consumers the same, however short. */

import type { ProviderEvent } from "./port.ts";

export function pushText(out: ProviderEvent[], text: string): void {
  if (text === "") return;
  const last = out.at(-1);
  if (last?.type === "text") last.text += text;
  else out.push({ type: "text", text });
}

/** As {@link pushText}, for reasoning; a signed part is closed. */
export function pushReasoning(out: ProviderEvent[], text: string): void {
  if (text === "") return;
  const last = out.at(-1);
  if (last?.type === "reasoning" && last.signature === undefined) last.text += text;
  else out.push({ type: "reasoning", text });
}
