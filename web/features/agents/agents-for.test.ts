import { expect, test } from "bun:test";
import { fakeNetwork } from "../../../test/support/network.ts";
import { agentsFor } from "./agents-for.ts";

test("a project's own agents come first, then those of the workspace, without duplicates", async () => {
  using network = fakeNetwork(({ path }) =>
    Response.json({
      items: path.includes("projects")
        ? [{ id: "own" }, { id: "both" }]
        : [{ id: "both" }, { id: "workspace" }],
    }),
  );
  const caller = new AbortController();
  const agents = await agentsFor("p1", caller.signal);
  expect(agents.map(({ id }) => id)).toEqual(["own", "both", "workspace"]);
  expect(network.asked.map(({ path }) => path).sort()).toEqual([
    "/api/v1/agents",
    "/api/v1/projects/p1/agents",
  ]);
});

test("loading aborts with its caller, and fails as the server refuses", async () => {
  using network = fakeNetwork(() => new Promise<Response>(() => {}));
  const caller = new AbortController();
  const reading = agentsFor("p1", caller.signal).catch((error: unknown) => error);
  while (network.asked.length < 2) await Promise.resolve();
  caller.abort(new Error("gone"));
  expect(await reading).toEqual(new Error("gone"));
  expect(network.asked.map(({ signal }) => signal.aborted)).toEqual([true, true]);
});
