import packageJson from "../../package.json" with { type: "json" };

/** Where a key goes: `Authorization: Bearer`, or the header of Azure, Anthropic or Google. */
export const AUTH_FORMS = ["bearer", "api-key", "x-api-key", "x-goog-api-key"] as const;
export type AuthForm = (typeof AUTH_FORMS)[number];

export interface HeaderSettings {
  apiKey?: string;
  /** Default: the wire format's own. */
  auth?: AuthForm;
  /** Sent with each request, over those of the format. */
  headers?: Record<string, string>;
}

/** The headers of a request: who asks, the key in its place, and an admin's own. */
export function requestHeaders(
  { apiKey, auth, headers }: HeaderSettings,
  usual: AuthForm,
): Record<string, string> {
  return {
    "user-agent": `Atelier/${packageJson.version}`,
    ...(apiKey ? keyHeader(apiKey, auth ?? usual) : {}),
    ...lowerCased(headers ?? {}),
  };
}

/** What must not be quoted of a request: the values of its headers, the key without its scheme. */
export function secretsIn(headers: Record<string, string>): string[] {
  return Object.values(headers).map((value) => value.replace(/^Bearer /, ""));
}

function keyHeader(apiKey: string, auth: AuthForm): Record<string, string> {
  return auth === "bearer" ? { authorization: `Bearer ${apiKey}` } : { [auth]: apiKey };
}

function lowerCased(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
}
