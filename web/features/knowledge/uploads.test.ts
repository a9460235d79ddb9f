import { afterEach, beforeEach, expect, test } from "bun:test";
import { fakeNetwork, problem } from "../../../test/support/network.ts";
import { onSignedOut } from "../../lib/refused.ts";
import { until } from "../../test/stream.ts";
import { dismissUpload, startUploads, uploads } from "./uploads.ts";

/** A fake XMLHttpRequest, driven by the test. */
class FakeRequest extends EventTarget {
  static all: FakeRequest[] = [];
  readonly upload = new EventTarget();
  readonly headers: Record<string, string> = {};
  method = "";
  path = "";
  status = 0;
  responseText = "";
  body: unknown;
  aborted = false;
  open(method: string, path: string) {
    this.method = method;
    this.path = path;
  }
  setRequestHeader(name: string, value: string) {
    this.headers[name] = value;
  }
  send(body: unknown) {
    this.body = body;
    FakeRequest.all.push(this);
  }
  abort() {
    this.aborted = true;
    this.dispatchEvent(new Event("abort"));
  }
  sent(loaded: number, total: number, lengthComputable = true) {
    const progress = Object.assign(new Event("progress"), { loaded, total, lengthComputable });
    this.upload.dispatchEvent(progress);
  }
  answer(status: number, text = "") {
    this.status = status;
    this.responseText = text;
    this.dispatchEvent(new Event("load"));
  }
}

const real = globalThis.XMLHttpRequest;
let done: string[];
beforeEach(() => {
  Object.assign(globalThis, { XMLHttpRequest: FakeRequest });
  FakeRequest.all = [];
  done = [];
});
afterEach(() => {
  onSignedOut(() => {});
  Object.assign(globalThis, { XMLHttpRequest: real });
});

const file = (name: string, type = "text/plain") => new File(["12345"], name, { type });
const start = (...names: string[]) =>
  startUploads(
    "p1",
    names.map((name) => file(name)),
    (name) => done.push(name),
  );
const shown = () => uploads.value.map(({ name, progress, error }) => [name, progress, error?.code]);

async function request(index: number): Promise<FakeRequest> {
  await until(() => FakeRequest.all[index] !== undefined);
  const found = FakeRequest.all[index];
  if (!found) throw new Error("no request");
  return found;
}

test("a file is sent as the newest version of its name, and leaves the list when done", async () => {
  startUploads("p1", [file("a b.md", "text/markdown")], (name) => done.push(name));
  const sending = await request(0);
  expect([sending.method, sending.path, sending.headers["content-type"]]).toEqual([
    "PUT",
    "/api/v1/projects/p1/files/a%20b.md",
    expect.stringContaining("text/markdown"),
  ]);
  expect(sending.body).toBeInstanceOf(File);
  expect(uploads.value).toMatchObject([
    { projectId: "p1", name: "a b.md", size: 5, progress: 0, error: undefined },
  ]);
  sending.sent(2, 5);
  expect(shown()).toEqual([["a b.md", 0.4, undefined]]);
  sending.answer(201);
  await until(() => done.length > 0);
  expect([shown(), done]).toEqual([[], ["a b.md"]]);
});

test("a file of unknown type is sent as bytes", async () => {
  startUploads("p1", [file("x", "")], () => {});
  const sending = await request(0);
  expect(sending.headers["content-type"]).toBe("application/octet-stream");
  sending.answer(200);
  await until(() => uploads.value.length === 0);
});

test("unknown progress is not shown", async () => {
  start("a");
  const sending = await request(0);
  sending.sent(2, 5, false);
  sending.sent(0, 0);
  expect(shown()).toEqual([["a", 0, undefined]]);
  sending.answer(204);
  await until(() => uploads.value.length === 0);
});

test("a refusal stays in the list with its reason until dismissed", async () => {
  start("a");
  const refusedOnes = [300, 199, 413];
  (await request(0)).answer(413, JSON.stringify({ code: "too_large", detail: "Too large." }));
  await until(() => uploads.value[0]?.error !== undefined);
  expect([shown(), uploads.value[0]?.error?.detail, done]).toEqual([
    [["a", 0, "too_large"]],
    "Too large.",
    [],
  ]);
  dismissUpload(uploads.value[0]?.id ?? 0);
  expect(uploads.value).toEqual([]);
  for (const [index, status] of refusedOnes.entries()) {
    start("b");
    (await request(index + 1)).answer(status, "<html>");
    await until(() => uploads.value[0]?.error !== undefined);
    expect(uploads.value[0]?.error).toMatchObject({ status, code: "unreadable" });
    dismissUpload(uploads.value[0]?.id ?? 0);
  }
});

test("an ended session is reported, as by any other call", async () => {
  let told = 0;
  onSignedOut(() => {
    told++;
  });
  start("a", "b");
  (await request(0)).answer(403, JSON.stringify({ code: "forbidden", detail: "No." }));
  await until(() => uploads.value[0]?.error !== undefined);
  expect(told).toBe(0);
  (await request(1)).answer(401, JSON.stringify({ code: "not_signed_in", detail: "Sign in." }));
  await until(() => uploads.value[1]?.error !== undefined);
  expect([told, uploads.value[1]?.error?.code]).toEqual([1, "not_signed_in"]);
  for (const { id } of uploads.value) dismissUpload(id);
});

test("a connection closed during an upload may mean an ended session, which is checked", async () => {
  let told = 0;
  onSignedOut(() => {
    told++;
  });
  using network = fakeNetwork(() => problem(401, "not_signed_in"));
  start("a");
  (await request(0)).dispatchEvent(new Event("error"));
  await until(() => told > 0);
  expect(network.asked).toMatchObject([{ method: "GET", path: "/api/v1/me" }]);
  for (const { id } of uploads.value) dismissUpload(id);
});

test("a lost network is reported as such", async () => {
  using _ = fakeNetwork(() => Promise.reject(new TypeError("Failed to fetch")));
  start("a");
  (await request(0)).dispatchEvent(new Event("error"));
  await until(() => uploads.value[0]?.error !== undefined);
  expect(uploads.value[0]?.error).toMatchObject({ status: 0, code: "offline" });
  dismissUpload(uploads.value[0]?.id ?? 0);
});

test("three uploads run at once; the next starts when one ends, however it ended", async () => {
  start("1", "2", "3", "4", "5", "6");
  await request(2);
  expect([FakeRequest.all.length, uploads.value.length]).toEqual([3, 6]);
  expect(new Set(uploads.value.map(({ id }) => id)).size).toBe(6);
  (await request(1)).answer(200);
  await request(3);
  (await request(0)).answer(500);
  await request(4);
  expect(FakeRequest.all.length).toBe(5);
  (await request(2)).abort();
  await request(5);
  for (const sending of FakeRequest.all.slice(3)) sending.answer(200);
  await until(() => done.length === 4);
  expect(done.sort()).toEqual(["2", "4", "5", "6"]);
  expect(shown()).toEqual([
    ["1", 0, "unreadable"],
    ["3", 0, "aborted"],
  ]);
  for (const { id } of uploads.value) dismissUpload(id);
});

test("a cancelled upload leaves the list at once, is aborted, and makes room", async () => {
  start("1", "2", "3", "4", "5");
  await request(2);
  uploads.value[3]?.cancel();
  uploads.value[0]?.cancel();
  expect(FakeRequest.all[0]?.aborted).toBe(true);
  expect(uploads.value.map(({ name }) => name)).toEqual(["2", "3", "5"]);
  const last = await request(3);
  expect(last.path).toContain("/files/5");
  for (const sending of FakeRequest.all.slice(1)) sending.answer(200);
  await until(() => uploads.value.length === 0);
  expect(done.sort()).toEqual(["2", "3", "5"]);
});
