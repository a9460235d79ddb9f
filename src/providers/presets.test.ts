import { expect, test } from "bun:test";
import { baseOf, withVersion } from "./address.ts";
import { CONNECTABLE_KINDS } from "./port.ts";
import { PRESETS } from "./presets.ts";

test.each(PRESETS.map((preset) => [preset.name, preset] as const))(
  "%s has an address that calls can be made at",
  (_, { baseUrl, kind }) => {
    expect(CONNECTABLE_KINDS).toContain(kind);
    if (baseUrl === null) return;
    const filled = baseUrl.replace(/\{\w+\}/g, "mine");
    expect(URL.canParse(filled)).toBe(true);
    expect(baseOf(baseUrl)).toBe(baseUrl);
    expect(withVersion(baseUrl)).toBeUndefined();
  },
);

test("each is there once, and local servers need no key", () => {
  expect(new Set(PRESETS.map(({ id }) => id)).size).toBe(PRESETS.length);
  const keyless = PRESETS.filter(({ needsKey }) => !needsKey).map(({ id }) => id);
  expect(keyless).toEqual(["ollama", "vllm", "lm-studio"]);
  expect(PRESETS.filter(({ auth }) => auth !== null).map(({ id, auth }) => [id, auth])).toEqual([
    ["azure", "api-key"],
  ]);
});
