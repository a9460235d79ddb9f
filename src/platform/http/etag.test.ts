import { expect, test } from "bun:test";
import { Hono } from "hono";
import { expectedVersion, versionTag } from "./etag.ts";
import { Problem } from "./problem.ts";

const app = new Hono();
app.get("/", (c) => c.json(expectedVersion(c)));
app.onError((error, c) => c.text(error instanceof Problem ? error.code : "no problem", 500));

const named = async (header?: string) =>
  (await app.request("/", header === undefined ? {} : { headers: { "if-match": header } })).text();

test("the version that a response names is the one that If-Match expects", async () => {
  expect(versionTag(7)).toBe('"v7"');
  expect(await named(versionTag(7))).toBe("7");
  expect(await named(` ${versionTag(1_764_280_000_000)} `)).toBe("1764280000000");
});

test("a proxy may weaken the tag", async () => {
  expect(await named('W/"v12"')).toBe("12");
});

test("no header and * expect nothing", async () => {
  expect([await named(), await named("*")]).toEqual(["null", "null"]);
});

test.each(['"7"', "v7", '"v"', '"v7", "v8"', `"v${"1".repeat(16)}"`, ""])(
  "%s was never issued, so it is no version that still holds",
  async (header) => {
    expect(await named(header)).toBe("changed_meanwhile");
  },
);
