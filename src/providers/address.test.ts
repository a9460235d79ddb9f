import { expect, test } from "bun:test";
import { baseOf, endpointOf, withVersion } from "./address.ts";

test.each([
  ["https://x.example/v1", "https://x.example/v1"],
  ["https://x.example/v1//", "https://x.example/v1"],
  ["http://localhost:11434/", "http://localhost:11434"],
  ["https://x.example/v1/chat/completions", "https://x.example/v1"],
  ["https://x.example/v1/chat/completions/", "https://x.example/v1"],
  ["https://x.example/v1/completions", "https://x.example/v1"],
  ["https://x.example/v1/messages", "https://x.example/v1"],
  ["https://x.example/v1/responses", "https://x.example/v1"],
  ["https://x.example/v1/models", "https://x.example/v1"],
  ["https://x.example/v1/embeddings", "https://x.example/v1"],
  ["https://x.example/v1beta/models/gemini-2.5-pro:generateContent", "https://x.example/v1beta"],
  ["https://x.example/models/mine", "https://x.example/models/mine"],
  ["https://x.example/messages-gateway", "https://x.example/messages-gateway"],
  [
    "https://a.openai.azure.com/openai/deployments/d/chat/completions?api-version=2024-10-21",
    "https://a.openai.azure.com/openai/deployments/d?api-version=2024-10-21",
  ],
])("%s is based at %s", (address, base) => {
  expect(baseOf(address)).toBe(base);
});

test.each([
  ["https://x.example/v1", "https://x.example/v1/chat/completions"],
  ["https://x.example/v1/chat/completions", "https://x.example/v1/chat/completions"],
  ["https://x.example/d?api-version=1", "https://x.example/d/chat/completions?api-version=1"],
])("below %s: %s", (address, url) => {
  expect(endpointOf(address, "/chat/completions")).toBe(url);
});

test.each([
  ["http://localhost:11434", "http://localhost:11434/v1"],
  ["http://localhost:11434/", "http://localhost:11434/v1"],
  ["https://x.example/api?api-version=1", "https://x.example/api/v1?api-version=1"],
  ["https://x.example/v1", undefined],
  ["https://x.example/v1beta/openai", undefined],
  ["https://x.example/api/v4/", undefined],
  ["https://x.example/v1/chat/completions", undefined],
])("%s with its version is %p", (address, versioned) => {
  expect(withVersion(address)).toBe(versioned);
});
