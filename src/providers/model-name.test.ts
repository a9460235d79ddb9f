import { expect, test } from "bun:test";
import { modelName, modelVersion } from "./model-name.ts";

test.each([
  ["gpt-4.1", "gpt-4.1"],
  ["GPT-4o", "gpt-4o"],
  ["openrouter/anthropic/claude-opus-4.7", "claude-opus-4.7"],
  ["anthropic.claude-opus-5-v1:0", "claude-opus-5"],
  ["us.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5-20250929"],
  ["us-gov.anthropic.claude-opus-5", "claude-opus-5"],
  ["arn:aws:bedrock:us-east-1:1:inference-profile/eu.anthropic.claude-opus-5-v1", "claude-opus-5"],
  ["claude-opus-4-1@20250805", "claude-opus-4-1"],
  ["databricks-claude-sonnet-4-5", "claude-sonnet-4-5"],
  ["ft:gpt-4o-mini:acme", "gpt-4o-mini:acme"],
  ["deepseek.r1-v1:0", "deepseek.r1"],
  ["qwen2.5vl:7b", "qwen2.5vl:7b"],
  ["claude_opus_5", "claude-opus-5"],
])("%s is %s", (model, name) => {
  expect(modelName(model)).toBe(name);
});

test.each([
  ["claude-3-7-sonnet-20250219", 3.07],
  ["claude-haiku-4-5-20251001", 4.05],
  ["claude-opus-4-20250514", 4],
  ["claude-sonnet-4-6", 4.06],
  ["claude-opus-4.7", 4.07],
  ["claude-opus-5", 5],
  ["claude-fable-5-1-20260901", 5.01],
  ["anthropic.claude-opus-5-v1:0", 5],
  ["claude-4-6", 4.06],
  ["claude-3-20-x", 3.2],
  ["my-proxy-model", 0],
])("%s has version %p", (model, version) => {
  expect(modelVersion(model)).toBeCloseTo(version, 5);
});
