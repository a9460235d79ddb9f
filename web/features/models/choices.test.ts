import { expect, test } from "bun:test";
import { fakeNetwork } from "../../../test/support/network.ts";
import { models } from "./choices.ts";

test("the models that I may choose are read when they are asked for", async () => {
  const items = [{ id: "m1", displayName: "One" }];
  using network = fakeNetwork(() => Response.json({ items }));
  expect(models.data.value).toBeUndefined();
  await models.load();
  expect<unknown>(models.data.value).toEqual(items);
  expect(network.asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
    "GET /api/v1/models",
  ]);
  models.data.value = undefined;
});

test("reading them can be called off", async () => {
  using network = fakeNetwork(() => new Promise<Response>(() => {}));
  const load = models.load();
  while (network.asked.length === 0) await Promise.resolve();
  models.dispose();
  await load;
  expect([network.asked[0]?.signal.aborted, models.error.value]).toEqual([true, undefined]);
});
