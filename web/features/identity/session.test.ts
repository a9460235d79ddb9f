import { afterEach, beforeEach, expect, test } from "bun:test";
import { fakeNetwork, type Network, problem } from "../../../test/support/network.ts";
import { me as person } from "../../test/fixtures.ts";
import {
  loadSession,
  loadSetup,
  me,
  restoreTime,
  returnPath,
  setup,
  signOut,
  startError,
} from "./session.ts";

let network: Network;
let answer: () => Response | Promise<Response>;
beforeEach(() => {
  network = fakeNetwork(() => answer());
  me.value = undefined;
  setup.value = undefined;
  startError.value = undefined;
});
afterEach(() => network[Symbol.dispose]());

const asked = () => network.asked.map(({ method, path }) => `${method} ${path}`);

test("the user is known once the server was asked", async () => {
  answer = () => Response.json(person());
  await loadSession();
  expect([me.value, startError.value, asked()]).toEqual([person(), undefined, ["GET /api/v1/me"]]);
});

test("nobody is signed in when the server says so", async () => {
  answer = () => problem(401, "not_signed_in");
  await loadSession();
  expect([me.value, startError.value]).toEqual([null, undefined]);
});

test("an unreachable server is reported as a failure, until it answers", async () => {
  answer = () => problem(503, "busy");
  await loadSession();
  expect([me.value, startError.value?.code]).toEqual([undefined, "busy"]);
  const held = Promise.withResolvers<Response>();
  answer = () => held.promise;
  const again = loadSession();
  expect(startError.value).toBeUndefined();
  held.resolve(Response.json(person()));
  await again;
  expect(me.value?.id).toBe("u1");
});

test("a session that ended elsewhere ends here with the next call", async () => {
  me.value = person();
  answer = () => problem(401, "not_signed_in");
  await loadSetup().catch(() => undefined);
  expect(me.value).toBeNull();
});

test("the set-up state is read once", async () => {
  answer = () => Response.json({ needed: false, signUpOpen: true });
  expect(await loadSetup()).toEqual({ needed: false, signUpOpen: true });
  expect(await loadSetup()).toEqual({ needed: false, signUpOpen: true });
  expect([setup.value, asked()]).toEqual([
    { needed: false, signUpOpen: true },
    ["GET /api/v1/setup"],
  ]);
});

test("signing out ends the session on the server first", async () => {
  me.value = person();
  answer = () => new Response(null, { status: 204 });
  let before: unknown;
  await signOut(() => {
    before = me.value;
  });
  expect(me.value).toBeNull();
  expect(before).toMatchObject({ id: "u1" });
  expect(asked()).toEqual(["POST /api/v1/auth/sign-out"]);
});

test("a session that the server could not end stays", async () => {
  me.value = person();
  answer = () => Promise.reject(new TypeError("Failed to fetch"));
  await expect(signOut(() => {})).rejects.toMatchObject({ code: "offline" });
  expect(me.value?.id).toBe("u1");
});

test("signing in leads back to the requested page, and never to another site", () => {
  expect(returnPath({ next: "/threads/1?a=b#c" })).toBe("/threads/1?a=b#c");
  for (const next of [
    undefined,
    "",
    "projects",
    "https://evil.example",
    "//evil.example",
    "/\\evil.example",
    "/\t/evil.example",
    "/..//evil.example",
    "javascript:alert(1)",
    "/sign-in",
    "/sign-in?next=%2F",
    "/a/../sign-in",
  ])
    expect([next, returnPath(next === undefined ? {} : { next })]).toEqual([next, "/"]);
});

test("the restore window comes from the server", () => {
  me.value = person({ restoreDays: 1 });
  expect(restoreTime()).toBe("1 day");
  me.value = person({ restoreDays: 365 });
  expect(restoreTime()).toBe("365 days");
  me.value = null;
  expect(restoreTime()).toBe("0 days");
});
