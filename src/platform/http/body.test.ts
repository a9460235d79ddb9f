import { describe, expect, test } from "bun:test";
import { Hono } from "hono";
import { readProblem } from "../../../test/support/read.ts";
import { jsonLimit, wellFormedJson } from "./body.ts";
import type { AppEnv } from "./hono-env.ts";
import { Problem, problemResponse } from "./problem.ts";

const app = new Hono<AppEnv>();
app.onError((error) => {
  if (error instanceof Problem) return problemResponse(error, "r");
  throw error;
});
app.use(jsonLimit(), wellFormedJson());
app.post("/", async (c) => c.text(`took ${(await c.req.arrayBuffer()).byteLength}`));

const send = (body: string | Uint8Array<ArrayBuffer>, type = "application/json") =>
  app.request("/", { method: "POST", body, headers: { "content-type": type } });
const codeOf = async (response: Response) => {
  const { status, code } = await readProblem(response);
  return `${status} ${code}`;
};
const nested = (depth: number, inside = '""') =>
  `${"[".repeat(depth)}${inside}${"]".repeat(depth)}`;

describe("a JSON body", () => {
  test("reaches its route completely", async () => {
    expect(await (await send('{"a": [1, "Grüße", null, true]}')).text()).toBe("took 33");
    expect(await (await send("")).text()).toBe("took 0");
  });

  test("may be up to one mebibyte", async () => {
    const body = (bytes: number) => JSON.stringify("x".repeat(bytes - 2));
    expect((await send(body(1_048_576))).status).toBe(200);
    expect(await codeOf(await send(body(1_048_577)))).toBe("413 body_too_large");
  });

  test("may be nested 64 levels deep", async () => {
    expect((await send(nested(64))).status).toBe(200);
    expect(await codeOf(await send(nested(65)))).toBe("422 validation_failed");
    const objects = (depth: number) => `${'{"a":'.repeat(depth)}""${"}".repeat(depth)}`;
    expect((await send(objects(64))).status).toBe(200);
    expect(await codeOf(await send(objects(65)))).toBe("422 validation_failed");
  });

  test.each([
    ['{"a": ', "400 malformed_body"],
    ["nonsense", "400 malformed_body"],
    ['"\\u0000"', "422 invalid_text"],
    ['{"a": {"b": "x\\u0000"}}', "422 invalid_text"],
    ['{"\\u0000": 1}', "422 invalid_text"],
    ['[[1, "\\ud800"]]', "422 invalid_text"],
    ['["\\udc00x"]', "422 invalid_text"],
  ])("%s is refused as %s", async (body, expected) => {
    expect(await codeOf(await send(body))).toBe(expected);
  });

  test("with a lone surrogate is refused, and with a surrogate pair accepted", async () => {
    expect(await codeOf(await send(Uint8Array.of(0x22, 0xc3, 0x22)))).toBe("400 malformed_body");
    expect((await send('"\\ud83c\\udfe0"')).status).toBe(200);
  });

  test("is recognised by its type in any case and with parameters", async () => {
    for (const type of ["Application/JSON", "application/json; charset=utf-8"])
      expect(await codeOf(await send("nonsense", type))).toBe("400 malformed_body");
  });
});

test("of another type is not inspected", async () => {
  expect((await send("\u0000 nonsense", "text/plain")).status).toBe(200);
});
