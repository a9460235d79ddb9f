import { afterEach, beforeEach, expect, test } from "bun:test";
import { fakeNetwork, type Network } from "../../../test/support/network.ts";
import { me as person, project, thread } from "../../test/fixtures.ts";
import { me } from "../identity/index.ts";
import { mayAddFiles, personalProject, projects, recentThreads } from "./workspace.ts";

let network: Network;
beforeEach(() => {
  me.value = person();
  network = fakeNetwork(({ path }) =>
    Response.json(
      path.includes("projects")
        ? { items: [project("p1", { personal: true }), project("p2")], nextCursor: "more" }
        : { items: [thread("t1")], nextCursor: "more" },
    ),
  );
});
afterEach(() => {
  network[Symbol.dispose]();
  me.value = null;
});

test("projects and recent threads are loaded page by page", async () => {
  await Promise.all([projects.load(), recentThreads.load()]);
  expect(projects.items.value?.map(({ id }) => id)).toEqual(["p1", "p2"]);
  expect(recentThreads.items.value?.map(({ id }) => id)).toEqual(["t1"]);
  await projects.loadMore();
  await recentThreads.loadMore();
  expect(network.asked.map(({ path }) => path).sort()).toEqual([
    "/api/v1/projects?cursor=more&limit=50",
    "/api/v1/projects?limit=50",
    "/api/v1/threads?cursor=more&limit=20",
    "/api/v1/threads?limit=20",
  ]);
});

test("loading aborts with its page", async () => {
  network[Symbol.dispose]();
  network = fakeNetwork(() => new Promise<Response>(() => {}));
  const loads = [projects.load(), recentThreads.load()];
  while (network.asked.length < 2) await Promise.resolve();
  projects.dispose();
  recentThreads.dispose();
  await Promise.all(loads);
  expect(network.asked.map(({ signal }) => signal.aborted)).toEqual([true, true]);
});

test("a first chat goes to the personal project", () => {
  expect(personalProject.value).toBeUndefined();
  projects.items.value = [project("p2"), project("p1", { personal: true })];
  expect(personalProject.value?.id).toBe("p1");
  me.value = person({ personalProjectId: null });
  expect(personalProject.value).toBeUndefined();
});

test("viewers cannot add files; for unknown projects the server decides", () => {
  projects.items.value = [project("p1", { role: "viewer" }), project("p2", { role: "editor" })];
  expect([mayAddFiles("p1"), mayAddFiles("p2"), mayAddFiles("p9")]).toEqual([false, true, true]);
  projects.items.value = undefined;
  expect(mayAddFiles("p1")).toBe(true);
});

test("a user's data is cleared when the session ends, and not before", () => {
  projects.items.value = [project("p1")];
  recentThreads.items.value = [thread("t1")];
  me.value = person({ name: "Ada L." });
  expect([projects.items.value?.length, recentThreads.items.value?.length]).toEqual([1, 1]);
  me.value = null;
  expect(projects.items.value).toBeUndefined();
  expect(recentThreads.items.value).toBeUndefined();
});
