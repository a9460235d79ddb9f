import { expect, test } from "bun:test";
import { namesToOffer } from "./names-to-offer.ts";

const known = [
  { name: "gpt-6", displayName: "GPT-6" },
  { name: "o3", displayName: "O3" },
];

test.each([
  ["the catalogue's without a list", [], ["gpt-6 GPT-6", "o3 O3"]],
  ["the only one of the provider", ["own"], ["own own"]],
  ["the provider's, named as in the catalogue", ["o3", "own"], ["o3 O3", "own own"]],
])("%s", (_, offered, choices) => {
  expect(namesToOffer(known, offered).map(({ value, label }) => `${value} ${label}`)).toEqual(
    choices,
  );
});
