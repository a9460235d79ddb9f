import { describe, expect, test } from "bun:test";
import { failureOf } from "../../test/providers/contract.ts";
import { type FetchLike, sendRequest } from "./send-request.ts";

const URL = "https://provider.example/v1/messages";

/** Sends to a provider with this behaviour. @returns the calls of onBillable, in order. */
async function sent(fetch: FetchLike, headers: Record<string, string> = {}) {
  const told: boolean[] = [];
  const { signal } = new AbortController();
  const outcome = await sendRequest({ url: URL, headers, body: { ask: 1 }, fetch }, signal, (b) =>
    told.push(b),
  ).catch((error: unknown) => error);
  return { told, outcome };
}

const answering = (body: ConstructorParameters<typeof Response>[0], init: ResponseInit) =>
  sent(async () => new Response(body, init));

describe("sending a request", () => {
  test("posts JSON with the format's headers, follows no redirect and asks for no compression", async () => {
    let seen: { url: string; init: RequestInit } | undefined;
    const { outcome, told } = await sent(
      async (url, init) => {
        seen = { url, init };
        return new Response("data: 1\n\n");
      },
      { "x-api-key": "k" },
    );
    expect(outcome).toMatchObject({ read: expect.any(Function) });
    expect(told).toEqual([true]);
    expect(seen?.url).toBe(URL);
    expect(seen?.init).toMatchObject({ method: "POST", body: '{"ask":1}', redirect: "manual" });
    expect(seen?.init.signal).toBeInstanceOf(AbortSignal);
    expect(Object.fromEntries(new Headers(seen?.init.headers))).toEqual({
      "content-type": "application/json",
      accept: "text/event-stream",
      "accept-encoding": "identity",
      "x-api-key": "k",
    });
  });

  test("a key that is no valid header value is a bad key, and nothing was sent", async () => {
    let calls = 0;
    const { told, outcome } = await sent(
      async () => {
        calls++;
        return new Response();
      },
      { "x-api-key": "a\nb" },
    );
    expect(outcome).toMatchObject({ code: "bad_key" });
    expect({ told, calls }).toEqual({ told: [], calls: 0 });
  });

  test.each([
    "ECONNREFUSED",
    "ENOTFOUND",
    "EAI_AGAIN",
    "EHOSTUNREACH",
    "ENETUNREACH",
    "ERR_INVALID_URL",
    "ERR_TLS_CERT_ALTNAME_INVALID",
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    "CERT_HAS_EXPIRED",
    undefined,
  ])("a connection that was never made (%p) is not billable", async (code) => {
    const { told, outcome } = await sent(async () => {
      throw code === undefined ? new Error("not allowed") : Object.assign(new Error(), { code });
    });
    expect(outcome).toMatchObject({ code: "unreachable", status: undefined });
    expect(told).toEqual([true, false]);
  });

  test.each(["ECONNRESET", "EPIPE", "ETIMEDOUT", "Malformed_HTTP_Response", "XECONNREFUSEDX", 20])(
    "a request that may have arrived (%p) stays billable",
    async (code) => {
      const { told, outcome } = await sent(async () => {
        throw Object.assign(new Error(), { code });
      });
      expect(outcome).toMatchObject({ code: "unreachable" });
      expect(told).toEqual([true]);
    },
  );
});

describe("an invalid response", () => {
  test("a status other than 2xx is a refusal, which is not charged", async () => {
    const headers = { "retry-after": "3" };
    const { told, outcome } = await answering("", { status: 429, headers });
    expect(outcome).toMatchObject({ code: "rate_limited", status: 429, retryAfterMs: 3_000 });
    expect(told).toEqual([true, false]);
    const empty = await answering(null, { status: 500 });
    expect(empty.outcome).toMatchObject({ code: "provider_fault" });
    expect(empty.told).toEqual([true, false]);
  });

  test("a success without a body is not an answer, which nobody charges for", async () => {
    for (const status of [200, 204]) {
      const { told, outcome } = await answering(null, { status });
      expect(outcome).toMatchObject({ code: "malformed", retryable: false });
      expect(told).toEqual([true, false]);
    }
  });

  test("the body of a success is read whatever its type says", async () => {
    for (const type of ["text/event-stream", "text/plain", "application/json", "text/html"]) {
      const { outcome, told } = await answering("{}", { headers: { "content-type": type } });
      expect(outcome).toMatchObject({ read: expect.any(Function) });
      expect(told).toEqual([true]);
    }
  });

  test("an endless error body is read up to the limit", async () => {
    let pulled = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled++;
        controller.enqueue(new TextEncoder().encode("x".repeat(1024)));
      },
    });
    const { outcome } = await answering(body, { status: 500 });
    expect(outcome).toMatchObject({ code: "provider_fault" });
    // One chunk is pulled ahead of its read.
    expect(pulled).toBe(65);
  });

  test("an error body that breaks off is judged by its received part", async () => {
    const parts = [new TextEncoder().encode("overloaded")];
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        const part = parts.shift();
        if (part) controller.enqueue(part);
        else controller.error(new Error("reset"));
      },
    });
    expect((await answering(body, { status: 500 })).outcome).toMatchObject({ code: "overloaded" });
  });

  test("a failed call throws the provider's error, not the network's", async () => {
    const failing: FetchLike = async () => {
      throw Object.assign(new Error(`${URL} is down`), { code: "ECONNRESET" });
    };
    const { signal } = new AbortController();
    const request = { url: URL, headers: {}, body: {}, fetch: failing };
    const error = await failureOf(sendRequest(request, signal, () => {}));
    expect(Bun.inspect(error)).not.toContain("provider.example");
  });
});
