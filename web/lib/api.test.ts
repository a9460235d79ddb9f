import { afterEach, expect, test } from "bun:test";
import { fakeNetwork, problem } from "../../test/support/network.ts";
import { api, at, ifMatch, newIdempotencyKey, once, read, within } from "./api.ts";
import { ApiError } from "./api-error.ts";
import { onSignedOut } from "./refused.ts";

afterEach(() => onSignedOut(() => {}));

async function failureOf(work: Promise<unknown>): Promise<ApiError> {
  const failure: unknown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (failure instanceof ApiError) return failure;
  throw new Error(`not an ApiError: ${String(failure)}`);
}

test("a call goes to its path below /api/v1 with each value escaped, and returns the response body", async () => {
  using network = fakeNetwork(() => Response.json({ items: ["a"] }));
  const answer = await read(
    api.GET("/projects/{projectId}/search", {
      params: { path: { projectId: "a/b" }, query: { q: "x & y", limit: undefined } },
    }),
  );
  expect<unknown>(answer).toEqual({ items: ["a"] });
  expect(network.asked).toHaveLength(1);
  expect(network.asked[0]).toMatchObject({
    method: "GET",
    path: "/api/v1/projects/a%2Fb/search?q=x%20%26%20y",
    body: undefined,
  });
  expect(network.asked[0]?.headers.get("accept")).toBe("application/json");
});

test("a write sends JSON, its expected version, and its idempotency key", async () => {
  using network = fakeNetwork(() => new Response(null, { status: 204 }));
  await api.PATCH("/agents/{agentId}", {
    ...at({ agentId: "a" }),
    body: { name: "n" },
    headers: { ...ifMatch(7), ...once("key-1") },
  });
  const [asked] = network.asked;
  expect(asked).toMatchObject({ method: "PATCH", path: "/api/v1/agents/a", body: { name: "n" } });
  expect(asked?.headers.get("content-type")).toBe("application/json");
  expect(asked?.headers.get("if-match")).toBe('"v7"');
  expect(asked?.headers.get("idempotency-key")).toBe("key-1");
});

test("a response without a body gives undefined", async () => {
  using _ = fakeNetwork(() => new Response(null, { status: 204 }));
  expect<unknown>(await read(api.POST("/auth/sign-out"))).toBeUndefined();
});

test("idempotency keys are unique", () => {
  expect(newIdempotencyKey()).toMatch(/^[0-9a-f-]{36}$/);
  expect(once()["idempotency-key"]).not.toBe(once()["idempotency-key"]);
});

test("a refusal is thrown with all fields of its problem document", async () => {
  using _ = fakeNetwork(() =>
    problem(422, "validation_failed", {
      errors: [{ path: "name", message: "Too long" }],
      requestId: "r1",
    }),
  );
  const failure = await failureOf(read(api.GET("/me")));
  expect(failure).toMatchObject({
    status: 422,
    code: "validation_failed",
    detail: "Detail of validation_failed.",
    errors: [{ path: "name", message: "Too long" }],
    requestId: "r1",
  });
});

test("a proxy's response has its status, and the request id of its header", async () => {
  using _ = fakeNetwork(
    () => new Response("<h1>Bad gateway</h1>", { status: 502, headers: { "x-request-id": "r2" } }),
  );
  const failure = await failureOf(api.GET("/me"));
  expect(failure).toMatchObject({ status: 502, code: "unreadable", requestId: "r2" });
  expect(failure.detail).toContain("502");
});

test("a refusal with an incomplete body is still a refusal", async () => {
  using _ = fakeNetwork(() => {
    const cut = new ReadableStream({ pull: (controller) => controller.error(new Error("cut")) });
    return new Response(cut, { status: 503 });
  });
  expect(await failureOf(api.GET("/me"))).toMatchObject({ status: 503, code: "unreadable" });
});

test("an expired session is reported; a wrong password is not one", async () => {
  let told = 0;
  onSignedOut(() => {
    told++;
  });
  using _ = fakeNetwork(({ path }) =>
    path.endsWith("/sign-in") ? problem(401, "wrong_credentials") : problem(401, "not_signed_in"),
  );
  const credentials = { email: "a@example.com", password: "wrong" };
  await failureOf(api.POST("/auth/sign-in", { body: credentials }));
  expect(told).toBe(0);
  await failureOf(api.GET("/projects"));
  expect(told).toBe(1);
});

test("a refusal other than 401 leaves the session alone", async () => {
  let told = 0;
  onSignedOut(() => {
    told++;
  });
  using _ = fakeNetwork(() => problem(403, "forbidden"));
  expect((await failureOf(api.GET("/me"))).code).toBe("forbidden");
  expect(told).toBe(0);
});

test("a network failure is reported as offline", async () => {
  using _ = fakeNetwork(() => Promise.reject(new TypeError("Failed to fetch")));
  expect(await failureOf(api.GET("/me"))).toMatchObject({ status: 0, code: "offline" });
});

test("a call that takes too long ends with a timeout", async () => {
  using _ = fakeNetwork(() => new Promise<Response>(() => {}));
  const failure = await failureOf(api.GET("/me", { fetch: within(1) }));
  expect(failure).toMatchObject({ status: 0, code: "timeout" });
});

test("a call may take 30 seconds", async () => {
  const real = AbortSignal.timeout;
  const limits: number[] = [];
  AbortSignal.timeout = (ms) => {
    limits.push(ms);
    return real(ms);
  };
  try {
    using _ = fakeNetwork(() => Response.json({}));
    await api.GET("/me");
  } finally {
    AbortSignal.timeout = real;
  }
  expect(limits).toEqual([30_000]);
});

test("a call aborted by its caller fails with the caller's reason", async () => {
  using network = fakeNetwork(() => new Promise<Response>(() => {}));
  const caller = new AbortController();
  const reason = new Error("no longer wanted");
  const call = api.GET("/me", { signal: caller.signal }).then(
    () => undefined,
    (error: unknown) => error,
  );
  while (network.asked.length === 0) await Promise.resolve();
  caller.abort(reason);
  expect(await call).toBe(reason);
  expect(network.asked[0]?.signal.aborted).toBe(true);
});

test("a response that is not JSON fails, and never succeeds without data", async () => {
  using _ = fakeNetwork(() => new Response("<html>", { status: 200 }));
  await expect(read(api.GET("/me"))).rejects.toThrow();
});
