/**
 * Reads error bodies. Vendors and gateways nest them differently: arrays (Gemini), JSON inside a string (proxies),
 * `detail` (FastAPI), `errors` (Cloudflare), `metadata.raw` (OpenRouter), a message that is an object (Mistral).
 */

import { parseJson } from "./read-json.ts";

/** What a provider said about a request that it refused. For matching; never shown as it is. */
export interface Complaint {
  status: number | undefined;
  /** Types and codes, lower case. */
  names: string[];
  /** All sentences, at most {@link MAX_MESSAGE} characters. */
  message: string;
  /** The parameter complained about, if it looks like one. */
  param: string | undefined;
  /** The delay stated in the body, in milliseconds. */
  waitMs: number | undefined;
  /** A page for people, as proxies and firewalls send it, and not the API's error. */
  isPage: boolean;
}

const MAX_MESSAGE = 2_000;
const MAX_DEPTH = 8;
const MAX_ENTRIES = 50;
/** Fields that hold a further error, or its sentence. */
const NESTED = [
  "error",
  "errors",
  "detail",
  "details",
  "message",
  "msg",
  "metadata",
  "raw",
  "upstream_error",
  "innererror",
  "error_msg",
  "status_msg",
];
const NAMES = ["type", "code", "status"];

/** The complaint in the text of an error response. */
export function readComplaint(status: number, body: string): Complaint {
  const payload = parseJson(body);
  if (payload !== undefined) return complaintOf(status, payload);
  const isPage = /^\s*<(!doctype|html|head|body|\?xml)/i.test(body);
  const message = isPage ? "" : body.slice(0, MAX_MESSAGE);
  return { status, names: [], message, param: undefined, waitMs: waitIn(message), isPage };
}

/** The complaint in a parsed body. Without a status, one that the body states counts. */
export function complaintOf(status: number | undefined, payload: unknown): Complaint {
  const found: Found = { status, names: [], sentences: [], param: undefined, delay: undefined };
  collect(payload, found, 0);
  const message = [...new Set(found.sentences)].join(" ").slice(0, MAX_MESSAGE);
  return {
    status: found.status,
    names: found.names,
    message,
    param: found.param,
    waitMs: found.delay ?? waitIn(message),
    isPage: false,
  };
}

interface Found {
  status: number | undefined;
  names: string[];
  sentences: string[];
  param: string | undefined;
  delay: number | undefined;
}

function collect(value: unknown, found: Found, depth: number): void {
  if (depth > MAX_DEPTH) return;
  if (typeof value === "string") {
    const inner = /^\s*[[{]/.test(value) ? parseJson(value) : undefined;
    if (inner === undefined) found.sentences.push(value);
    else collect(inner, found, depth + 1);
  } else if (Array.isArray(value)) {
    for (const entry of value.slice(0, MAX_ENTRIES)) collect(entry, found, depth + 1);
  } else if (typeof value === "object" && value !== null) {
    collectFields(new Map(Object.entries(value)), found, depth);
  }
}

function collectFields(fields: Map<string, unknown>, found: Found, depth: number): void {
  for (const name of NAMES) {
    const value = fields.get(name);
    found.status ??= statusIn(value);
    if (typeof value === "string" && !/^\d+$/.test(value)) found.names.push(value.toLowerCase());
  }
  found.param ??= paramIn(fields.get("param")) ?? locationIn(fields.get("loc"));
  const delay = fields.get("retryDelay");
  if (typeof delay === "string") found.delay ??= durationMs(delay);
  for (const name of NESTED) collect(fields.get(name), found, depth + 1);
}

/** A status inside a body: OpenRouter and vLLM put it into `code` as a number, LiteLLM as a string. */
function statusIn(value: unknown): number | undefined {
  const status = typeof value === "string" && /^\d{3}$/.test(value) ? Number(value) : value;
  return typeof status === "number" && status >= 400 && status < 600 ? status : undefined;
}

function paramIn(value: unknown): string | undefined {
  return typeof value === "string" && /^[\w.[\]]{1,40}$/.test(value) ? value : undefined;
}

/** FastAPI's location of a fault: `["body", "stream_options", "include_usage"]`. */
function locationIn(value: unknown): string | undefined {
  if (!Array.isArray(value)) return undefined;
  return paramIn(value.filter((step) => step !== "body").join("."));
}

const UNIT_MS: Record<string, number> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const DURATION =
  /(\d+(?:\.\d+)?)\s*(ms|milliseconds?|[smhd](?![a-z])|sec\w*|min\w*|hours?|days?)/gi;

/** `1h2m3.5s`, `20 seconds`, `31s` in milliseconds; undefined without a duration. */
function durationMs(text: string): number | undefined {
  const parts = [...text.matchAll(DURATION)];
  if (parts.length === 0) return undefined;
  const total = parts.reduce((sum, [, amount, unit = ""]) => {
    const name = /^(ms|milli)/i.test(unit) ? "ms" : unit.charAt(0).toLowerCase();
    return sum + Number(amount) * (UNIT_MS[name] ?? 0);
  }, 0);
  return Math.ceil(total);
}

const ASKED =
  /(?:try again|retry(?:ing)?)(?: in| after)?:?\s+((?:\d+(?:\.\d+)?\s*[a-z]+[\s,]*(?:and\s+)?){1,4})/i;
/** Anthropic's monthly limit. */
const REGAINED = /regain access on (\d{4}-\d{2}-\d{2})(?: at (\d{2}:\d{2}) UTC)?/i;

/** The delay that a sentence asks for, in milliseconds. */
function waitIn(message: string): number | undefined {
  const asked = message.match(ASKED)?.[1];
  if (asked !== undefined) return durationMs(asked);
  const regained = message.match(REGAINED);
  if (!regained) return undefined;
  const at = Date.parse(`${regained[1]}T${regained[2] ?? "00:00"}:00Z`);
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now());
}
