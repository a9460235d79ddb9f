import { afterAll, beforeEach, expect, test } from "bun:test";
import { gunzipSync } from "node:zlib";
import { createErrorTracker } from "./error-tracker.ts";
import { createProductEvents } from "./product-events.ts";

const received: { path: string; body: string }[] = [];
/** Stands in for the vendor's endpoint, on this machine. */
const intake = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch: async (request) => {
    const bytes = new Uint8Array(await request.arrayBuffer());
    const body =
      bytes[0] === 0x1f && bytes[1] === 0x8b
        ? gunzipSync(bytes).toString()
        : new TextDecoder().decode(bytes);
    received.push({ path: new URL(request.url).pathname, body });
    return Response.json({ status: 1 });
  },
});
beforeEach(() => {
  received.length = 0;
});
afterAll(() => intake.stop(true));

test("without a key nothing is sent", async () => {
  const [errors, events] = [
    await createErrorTracker(undefined, "test"),
    await createProductEvents(undefined, intake.url.origin),
  ];
  errors.capture(new Error("quiet"), {});
  events.track("message.sent", "somebody");
  await Promise.all([errors.close(), events.close()]);
  expect(received).toEqual([]);
});

test("an error is reported with its class, code and request id, but without its message", async () => {
  const errors = await createErrorTracker(`http://public@127.0.0.1:${intake.port}/1`, "test");
  const error = Object.assign(new TypeError("what somebody wrote in confidence"), {
    code: "E_TEST",
  });
  errors.capture(error, { requestId: "request-1", route: "/api/v1/projects/:projectId" });
  await errors.close();
  const sent = received.map(({ body }) => body).join("\n");
  expect(sent).toContain("TypeError");
  expect(sent).toContain("E_TEST");
  expect(sent).toContain("request-1");
  expect(sent).toContain("vendors.test.ts");
  expect(sent).not.toContain("in confidence");
});

test("an action is counted by its name and who did it", async () => {
  const events = await createProductEvents("phc_test", intake.url.origin);
  events.track("message.sent", "user-1");
  await events.close();
  const sent = received.map(({ body }) => body).join("\n");
  expect(sent).toContain("message.sent");
  expect(sent).toContain("user-1");
});
