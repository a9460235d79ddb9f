import { afterAll, beforeAll, expect, test } from "bun:test";
import { createTestApp, type Person, type TestApp } from "../../../test/support/app.ts";
import { readOperations } from "../../../test/support/operations.ts";
import { readId, readProblem } from "../../../test/support/read.ts";

let app: TestApp;
let ada: Person;
beforeAll(async () => {
  app = await createTestApp();
  ada = await app.person("Ada");
});
afterAll(() => app.close());

const send = (
  method: string,
  path: string,
  type: string | undefined,
  body: string,
  headers: Record<string, string> = {},
) =>
  ada.request(method, path, new TextEncoder().encode(body), {
    ...(type === undefined ? {} : { "content-type": type }),
    ...headers,
  });

const OTHER_TYPES = [
  undefined,
  "",
  "text/plain",
  "text/json",
  "application/xml",
  "application/x-www-form-urlencoded",
  "application/octet-stream",
  "application/vnd.x+json",
  "application/json+x",
  "application/json-patch+json",
  "application/problem+json",
  "application/jsonp",
  "application/json; charset=utf-16",
  "application/json; charset=iso-8859-1",
  'application/json; charset="utf-16"',
  "application/json; charset=utf-8; charset=utf-16",
  "application/json; profile=x",
  "application/json, text/plain",
  "text/plain; application/json",
];

test("every write route refuses every body whose type is not JSON in UTF-8", async () => {
  const project = await readId(await ada.post("/projects", { name: "Types" }));
  const surprises: string[] = [];
  let sent = 0;
  for (const { name, method, takesBytes } of await readOperations(app)) {
    if (method === "GET" || takesBytes) continue;
    const path = (name.split(" ")[1] ?? "").replace(/\{\w+\}/g, project);
    for (const type of OTHER_TYPES) {
      const answer = await send(method, path, type, "{}");
      const { code } = await readProblem(answer);
      sent++;
      if (answer.status !== 415 || code !== "unsupported_media_type")
        surprises.push(`${name}, ${type}: ${answer.status} ${code}`);
    }
  }
  expect(surprises).toEqual([]);
  expect(sent).toBeGreaterThan(500);
});

test("a refusal by type names the accepted types", async () => {
  const json = await send("POST", "/projects", "text/plain", "{}");
  expect(json.headers.get("accept")).toBe("application/json");
  const project = await readId(await ada.post("/projects", { name: "Forms" }));
  const form = await send(
    "POST",
    `/projects/${project}/files`,
    "multipart/mixed; boundary=x",
    "--x--",
  );
  expect(await readProblem(form)).toMatchObject({ status: 415, code: "unsupported_media_type" });
  expect(form.headers.get("accept")).toBe("multipart/form-data");
});

test("JSON in UTF-8 is accepted however its type is spelled, and every JSON guard applies to it", async () => {
  const spellings = [
    "application/json",
    "Application/JSON",
    "application/json; charset=utf-8",
    'application/json;charset="UTF-8"',
    "application/json ;\tcharset=utf-8",
    "application/json;",
  ];
  for (const [index, type] of spellings.entries()) {
    const body = JSON.stringify({ name: `Spelled ${index}` });
    const key = { "idempotency-key": `spelling-${index}` };
    const first = await send("POST", "/projects", type, body, key);
    const again = await send("POST", "/projects", type, body, key);
    expect([type, first.status, again.headers.get("idempotency-replayed")]).toEqual([
      type,
      201,
      "true",
    ]);
    const halved = await send("POST", "/projects", type, '{"name":"half \\ud800"}');
    expect(await readProblem(halved)).toMatchObject({ status: 422, code: "invalid_text" });
    const latin = await ada.request("POST", "/projects", Uint8Array.of(0x22, 0xe9, 0x22), {
      "content-type": type,
    });
    expect(await readProblem(latin)).toMatchObject({ status: 400, code: "malformed_body" });
  }
});

test("a write without a body needs no type, and may name any", async () => {
  const project = await readId(await ada.post("/projects", { name: "Bare" }));
  for (const type of [undefined, "text/plain", "application/x-www-form-urlencoded"]) {
    const answer = await ada.request(
      "PUT",
      `/projects/${project}/archive`,
      undefined,
      type === undefined ? {} : { "content-type": type, "content-length": "0" },
    );
    expect([type, answer.status]).toEqual([type, 200]);
  }
});
