/** Content that must never come back in a log line. */
export const MARKER = "marker-9b1c7e";

const LONG = `${MARKER}${"x".repeat(300_000)}`;
const UNKNOWN_ID = "0192d5a0-0000-7000-8000-00000000dead";

export interface Variant {
  label: string;
  path?: string;
  headers?: Record<string, string>;
  /** Sent as it is, with the content type given. */
  body?: string | Uint8Array<ArrayBuffer>;
  type?: string | null;
  /** Statuses that are right; without them any refusal of the 4xx class. */
  allowed?: number[];
}

const json = (label: string, value: unknown, allowed?: number[]): Variant => ({
  label,
  body: JSON.stringify(value),
  type: "application/json",
  ...(allowed === undefined ? {} : { allowed }),
});

/** Bodies that must be refused whatever the route: not JSON, not text, too large, too deep, not an object. */
export function brokenBodies(body: Record<string, unknown>): Variant[] {
  const text = JSON.stringify(body);
  const raw = (
    label: string,
    content: string | Uint8Array<ArrayBuffer>,
    allowed: number[],
    type: string | null = "application/json",
  ): Variant => ({ label, body: content, type, allowed });
  const nested = `{"name":${"[".repeat(20_000)}${"]".repeat(20_000)}}`;
  return [
    raw("half a JSON text", '{"name": ', [400]),
    raw("text that is no JSON", `hello ${MARKER}`, [400]),
    raw("invalid UTF-8", Uint8Array.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]), [400]),
    raw("JSON of another type", text, [415], "text/plain"),
    raw("XML", "<name>x</name>", [415], "application/xml"),
    raw("a form", "name=x", [415], "application/x-www-form-urlencoded"),
    raw("no content type", text, [415], null),
    raw("deep nesting", nested, [400, 422]),
    raw("two megabytes", JSON.stringify({ ...body, name: "x".repeat(2_000_000) }), [413]),
    raw("an array", "[]", [422]),
    raw("a number", "7", [422]),
    raw("null", "null", [422]),
    raw("a string", `"${MARKER}"`, [422]),
    json("an unknown field", { ...body, [MARKER]: 1 }, [422]),
    raw(
      "__proto__",
      `{"__proto__":{"role":"owner"},"constructor":1${text.length > 2 ? `,${text.slice(1)}` : "}"}`,
      [422],
    ),
  ];
}

/** The sample's body with one field after another made wrong. */
export function brokenFields(body: Record<string, unknown>): Variant[] {
  const variants: Variant[] = [];
  for (const [field, value] of Object.entries(body)) {
    const put = (what: string, bad: unknown) =>
      variants.push(json(`${field} ${what}`, { ...body, [field]: bad }, [422]));
    put("is an object", { [MARKER]: [1] });
    if (typeof value !== "boolean") put("is true", true);
    if (typeof value === "string") {
      put("is a number", 12_345);
      put("is a list", [value]);
      if (field.endsWith("Id"))
        variants.push(json(`${field} is unknown`, { ...body, [field]: UNKNOWN_ID }, [404, 422]));
      put("is far too long", LONG);
      put("holds NUL", `a\u0000${MARKER}`);
      put("holds half a character", `a\ud800${MARKER}`);
    } else put("is a string", MARKER);
    if (typeof value === "number") {
      put("is negative", -1);
      put("is a fraction", 0.5);
      put("is huge", 1e300);
    }
  }
  return variants;
}

/** Paths whose ids are not ids. */
export function brokenIds(template: string, path: string): Variant[] {
  const names = [...template.matchAll(/\{(\w+Id)\}/g)].map((match) => match[1] ?? "");
  const actual = path.split("?")[0]?.split("/") ?? [];
  return names.flatMap((name) => {
    const at = template.split("/").indexOf(`{${name}}`);
    const put = (label: string, bad: string, allowed: number[]): Variant => ({
      label: `${name} ${label}`,
      path: actual.map((part, index) => (index === at ? bad : part)).join("/"),
      allowed,
    });
    return [
      put("is unknown", UNKNOWN_ID, [404]),
      put("is no id", "not-an-id", [404, 422]),
      put("is a statement", encodeURIComponent(`'; drop table users; -- ${MARKER}`), [404, 422]),
      put("holds NUL", "%00", [400, 404, 422]),
      put("is not UTF-8", "%ff%fe", [400, 404, 422]),
      put("is half an escape", "%E0%A4%A", [400, 404, 422]),
      put("climbs", encodeURIComponent("../../etc/passwd"), [404, 422]),
      put("is very long", "a".repeat(5_000), [404, 414, 422]),
    ];
  });
}

const cursorOf = (value: unknown) =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

/** Query values that no list can mean; a route may ignore or refuse them, not break on them. */
export function oddQueries(path: string, names: string[]): Variant[] {
  const join = path.includes("?") ? "&" : "?";
  const with_ = (query: string, allowed: number[]): Variant => ({
    label: `?${query.slice(0, 60)}`,
    path: `${path}${join}${query}`,
    allowed,
  });
  const odd = ["", "-1", "1e99", "NaN", "%00", "%ff", "[]", "%F0%9F%92%A5", "x".repeat(9_000)];
  const variants = names.flatMap((name) =>
    odd.map((value) => with_(`${name}=${value}`, [200, 400, 414, 422])),
  );
  if (names.includes("limit"))
    for (const limit of ["0", "201", "-5", "x"]) variants.push(with_(`limit=${limit}`, [422]));
  if (names.includes("cursor")) {
    const cursors = [
      MARKER,
      cursorOf("[]"),
      cursorOf({ at: "never", id: UNKNOWN_ID }),
      cursorOf({ at: "2026-01-01", id: "x" }),
      cursorOf({ at: "0000-01-01T00:00:00.000Z", id: UNKNOWN_ID }),
      cursorOf({ at: 8.64e15, id: UNKNOWN_ID }),
      cursorOf({ at: "+275760-09-13T00:00:00.000Z", id: UNKNOWN_ID }),
      cursorOf({ at: "-271821-04-20T00:00:00.000Z", id: UNKNOWN_ID }),
    ];
    for (const cursor of cursors) variants.push(with_(`cursor=${cursor}`, [422]));
  }
  return variants;
}

/** Headers that nobody honest sends. A route that they do not concern may ignore them. */
export function oddHeaders(): Variant[] {
  return [
    { label: "an ETag of nothing", headers: { "if-match": `"${MARKER}"` } },
    { label: "a list of ETags", headers: { "if-match": '"v1", "v2", "v99999999999999999999"' } },
    { label: "an absurd version", headers: { "if-match": '"v99999999999999999999"' } },
    { label: "a version of 15 digits", headers: { "if-match": '"v999999999999999"' } },
    { label: "an odd idempotency key", headers: { "idempotency-key": "\u00e9 \u00e9" } },
    { label: "a long idempotency key", headers: { "idempotency-key": "k".repeat(5_000) } },
    { label: "an odd request id", headers: { "x-request-id": `${MARKER} {"level":"error"}` } },
  ];
}
