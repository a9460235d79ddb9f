/** The models that a provider says it has. */

import { endpointOf } from "./address.ts";
import { errorFromResponse, providerError } from "./errors.ts";
import { secretsIn } from "./request-headers.ts";
import type { FetchLike } from "./send-request.ts";
import { objectOf } from "./wire-value.ts";

const TIMEOUT_MS = 15_000;
/** OpenRouter lists some hundreds of models in about 1 MB. */
const MAX_BYTES = 8 * 1024 * 1024;
const MAX_MODELS = 2_000;
const MAX_NAME = 200;

export interface ModelListRequest {
  /** As for calls, with its version. */
  baseUrl: string;
  headers: Record<string, string>;
  fetch: FetchLike;
}

/** Names of a provider's models, in its order. @throws {ProviderError} */
export async function fetchModelNames(request: ModelListRequest): Promise<string[]> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const response = await request
    .fetch(endpointOf(request.baseUrl, "/models"), {
      headers: { accept: "application/json", ...request.headers },
      redirect: "manual",
      signal,
    })
    .catch(() => {
      throw providerError(signal.aborted ? "silent" : "unreachable");
    });
  const text = await readText(response);
  if (!response.ok) {
    const secrets = secretsIn(request.headers);
    throw errorFromResponse(response.status, response.headers, text, secrets);
  }
  return namesIn(text);
}

/** The text of a body, which is read no further than the limit. */
async function readText({ body }: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  try {
    for await (const bytes of body ?? []) {
      size += bytes.length;
      // Leaving the loop closes the connection.
      if (size > MAX_BYTES) break;
      text += decoder.decode(bytes, { stream: true });
    }
  } catch {
    throw providerError("cut");
  }
  if (size > MAX_BYTES) throw providerError("malformed");
  return text + decoder.decode();
}

/** The names in a list of either format: `data` (OpenAI, Anthropic), `models` (Ollama, Google), or a bare array. */
function namesIn(text: string): string[] {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    // A page for people: nothing serves a list here.
    throw providerError("wrong_address");
  }
  const list = Array.isArray(body) ? body : (objectOf(body)?.data ?? objectOf(body)?.models);
  if (!Array.isArray(list)) throw providerError("malformed");
  const names = list.map(objectOf).map((entry) => entry?.id ?? entry?.name);
  const usable = names.filter(
    (name): name is string => typeof name === "string" && name !== "" && name.length <= MAX_NAME,
  );
  return [...new Set(usable.map((name) => name.replace(/^models\//, "")))].slice(0, MAX_MODELS);
}
