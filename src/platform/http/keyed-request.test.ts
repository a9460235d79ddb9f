import { expect, test } from "bun:test";
import { answerNotKept, inProgress, storedAnswer } from "./keyed-request.ts";

const answerOf = (text: string, headers: Record<string, string> = {}) =>
  storedAnswer(new Response(text, { status: 201, headers }));

test("an answer is stored with its status, type and tag, and no other header", async () => {
  const headers = {
    "content-type": "application/json",
    etag: '"v1"',
    "x-request-id": "r1",
    "set-cookie": "a=b",
  };
  const response = new Response("{}", { status: 201, headers });
  expect(await storedAnswer(response)).toEqual({
    status: 201,
    body: { text: "{}", headers: { "content-type": "application/json", etag: '"v1"' } },
  });
  // It is still there to be sent.
  expect(await response.text()).toBe("{}");
});

test("a secret answer, and one beyond 256 KiB, is stored without its body", async () => {
  const bodyOf = async (text: string, headers?: Record<string, string>) =>
    (await answerOf(text, headers)).body.text?.length ?? null;
  expect(await bodyOf("secret", { "cache-control": "private, no-store" })).toBeNull();
  expect(await bodyOf("public", { "cache-control": "private" })).toBe(6);
  expect(await bodyOf("x".repeat(262_144))).toBe(262_144);
  expect(await bodyOf("x".repeat(262_145))).toBeNull();
});

test("a repetition is told to wait a second, or that its answer is gone", () => {
  expect(inProgress()).toMatchObject({
    status: 409,
    code: "request_in_progress",
    options: { headers: { "retry-after": "1" } },
  });
  expect(answerNotKept()).toMatchObject({ status: 409, code: "answer_not_kept" });
});
