import { expect, test } from "bun:test";
import { fakeNetwork } from "../../../test/support/network.ts";
import { modelChoices } from "./model-choices.ts";

test("the available models are loaded on request", async () => {
  const items = [{ id: "m1", displayName: "One" }];
  using network = fakeNetwork(() => Response.json({ items }));
  expect(modelChoices.data.value).toBeUndefined();
  await modelChoices.load();
  expect<unknown>(modelChoices.data.value).toEqual(items);
  expect(network.asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
    "GET /api/v1/models",
  ]);
  modelChoices.data.value = undefined;
});

test("loading can be aborted", async () => {
  using network = fakeNetwork(() => new Promise<Response>(() => {}));
  const load = modelChoices.load();
  while (network.asked.length === 0) await Promise.resolve();
  modelChoices.dispose();
  await load;
  expect([network.asked[0]?.signal.aborted, modelChoices.error.value]).toEqual([true, undefined]);
});
