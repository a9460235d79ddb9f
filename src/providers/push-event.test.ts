import { expect, test } from "bun:test";
import type { ProviderEvent } from "./port.ts";
import { pushReasoning, pushText } from "./push-event.ts";

test("adjacent text becomes one event, of the same kind only, and empty text becomes none", () => {
  const out: ProviderEvent[] = [];
  pushText(out, "a");
  pushText(out, "b");
  pushText(out, "");
  pushReasoning(out, "");
  pushReasoning(out, "c");
  pushReasoning(out, "d");
  pushText(out, "e");
  expect(out).toEqual([
    { type: "text", text: "ab" },
    { type: "reasoning", text: "cd" },
    { type: "text", text: "e" },
  ]);
});

test("a signed reasoning part is closed", () => {
  const out: ProviderEvent[] = [{ type: "reasoning", text: "a", signature: "s" }];
  pushReasoning(out, "b");
  expect(out).toEqual([
    { type: "reasoning", text: "a", signature: "s" },
    { type: "reasoning", text: "b" },
  ]);
});
