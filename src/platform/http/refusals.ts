/** What each status of a refusal means, wherever it is given. */
const REFUSALS: Record<number, string> = {
  400: "The body is no JSON, or ended too early",
  401: "Nobody is signed in, or the API key is not valid",
  402: "A budget cannot pay for it",
  403: "The caller may not do this; or the request came from a page of another origin",
  404: "It does not exist, or the caller may not see it",
  409: "The state does not allow it; `code` says which",
  410: "The link has expired or was used",
  412: "It was changed meanwhile: `If-Match` names an older version",
  413: "The body is too large, or a limit of storage is reached",
  415: "The media type is not accepted here",
  421: "The server does not answer to this host name",
  422: "A value is not valid; `errors` says where",
  429: "Too many requests; `Retry-After` says how long to wait",
  500: "A fault of the server, which is logged",
  503: "The server cannot answer now; `Retry-After` says how long to wait",
  507: "There is no space left to store it",
};

/** Answers with a problem document, for the `responses` of a route. */
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
