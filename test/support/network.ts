/** The network as a unit test of the web's code wants it. */
export interface Network extends Disposable {
  /** What was asked, in order: method, path with query, headers, body. */
  readonly asked: {
    method: string;
    path: string;
    headers: Headers;
    body: unknown;
    signal: AbortSignal;
  }[];
}

/**
 * Answers each `fetch` by what the test says, until it is disposed of. A rejection is a network that
 * failed; an abort of the caller is one, as in a browser.
 */
export function fakeNetwork(
  answer: (request: {
    method: string;
    path: string;
    body: unknown;
  }) => Response | Promise<Response>,
): Network {
  const real = globalThis.fetch;
  const asked: Network["asked"] = [];
  const fake = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request =
      input instanceof Request
        ? input
        : new Request(new URL(String(input), "http://localhost").href, init);
    const signal = init?.signal ?? request.signal;
    const { pathname, search } = new URL(request.url);
    const text = await request.text();
    const body: unknown = text === "" ? undefined : JSON.parse(text);
    const path = pathname + search;
    asked.push({ method: request.method, path, headers: request.headers, body, signal });
    signal.throwIfAborted();
    const aborted = new Promise<never>((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
    return Promise.race([answer({ method: request.method, path, body }), aborted]);
  };
  globalThis.fetch = Object.assign(fake, { preconnect: real.preconnect });
  return {
    asked,
    [Symbol.dispose]: () => {
      globalThis.fetch = real;
    },
  };
}

/** A problem document, as the server refuses. */
export function problem(
  status: number,
  code: string,
  more: Record<string, unknown> = {},
): Response {
  return Response.json({ status, code, detail: `Detail of ${code}.`, ...more }, { status });
}
