import { afterAll, beforeEach, expect, test } from "bun:test";
import { gunzipSync } from "node:zlib";
import type { Event as ErrorEvent } from "@sentry/bun";
import * as Sentry from "@sentry/bun";
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

test("a report has its tags and stack, and nothing that a user wrote or did", async () => {
  const errors = await createErrorTracker(`http://public@127.0.0.1:${intake.port}/1`, "staging");
  const secret = "what somebody wrote in confidence";
  const addContent = (event: ErrorEvent) => ({
    ...event,
    breadcrumbs: [{ message: secret }],
    request: { data: secret },
    user: { email: secret },
    exception: {
      values: (event.exception?.values ?? []).map((exception) => ({
        ...exception,
        stacktrace: {
          frames: (exception.stacktrace?.frames ?? []).map((frame) => ({
            ...frame,
            vars: { secret },
            context_line: secret,
            pre_context: [secret],
            post_context: [secret],
          })),
        },
      })),
    },
  });
  Sentry.withScope((scope) => {
    scope.addEventProcessor(addContent);
    errors.capture(new RangeError(secret), { requestId: "request-2" });
    errors.capture("no error", {});
  });
  await errors.close();
  const sent = received.map(({ body }) => body).join("\n");
  expect(sent).not.toContain("in confidence");
  expect(sent).toContain('"environment":"staging"');
  expect(sent).toContain('"tags":{"requestId":"request-2","type":"RangeError"}');
  expect(sent).toContain('"tags":{"type":"string"}');
});

test("an action is counted by its name and who did it", async () => {
  const events = await createProductEvents("phc_test", intake.url.origin);
  events.track("message.sent", "user-1");
  await events.close();
  const sent = received.map(({ body }) => body).join("\n");
  expect(sent).toContain("message.sent");
  expect(sent).toContain("user-1");
});

test("no profile of a person is made of it, nor is their place looked up", async () => {
  const events = await createProductEvents("phc_test", intake.url.origin);
  events.track("message.sent", "user-1");
  await events.close();
  const sent = received.map(({ body }) => body).join("\n");
  expect(sent).toContain('"$process_person_profile":false');
  expect(sent).toContain('"$geoip_disable":true');
});
