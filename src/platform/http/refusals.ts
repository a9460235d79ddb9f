/** OpenAPI description of each refusal status. */
const REFUSALS: Record<number, string> = {
  400: "The body is not valid JSON, or incomplete",
  401: "Not signed in, or the API key is not valid",
  402: "A budget does not cover it",
  403: "The caller may not do this; or the request came from a page of another origin",
  404: "It does not exist, or the caller may not see it",
  409: "The current state does not allow it; `code` says why",
  410: "The link has expired or was used",
  412: "It was changed meanwhile: `If-Match` names an older version",
  413: "The body is too large, or a storage limit is reached",
  415: "The media type is not accepted here",
  421: "The server does not answer to this host name",
  422: "A value is not valid; `errors` says where",
  429: "Too many requests; `Retry-After` says how long to wait",
  500: "Internal error, which is logged",
  503: "The server is unavailable; `Retry-After` says how long to wait",
  507: "There is no space left to store it",
};

/** Problem document responses for the `responses` of a route. */
export function refusals(...statuses: number[]) {
  const schema = { $ref: "#/components/schemas/Problem" };
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      {
        description: REFUSALS[status] ?? "Refused",
        content: { "application/problem+json": { schema } },
      },
    ]),
  );
}
