import { z } from "zod";

const document = z.object({
  paths: z.record(
    z.string(),
    z.record(z.string(), z.looseObject({ responses: z.record(z.string(), z.unknown()) })),
  ),
});

/** Fails for an answer that the OpenAPI document does not mention. */
export type AnswerCheck = (method: string, path: string, status: number) => void;

/**
 * Every test holds the answers it meets against the document that the application serves.
 * @param openApi the document, as `/api/openapi.json` answers it
 */
export function documentedAnswers(openApi: unknown): AnswerCheck {
  const operations = Object.entries(document.parse(openApi).paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { responses }]) => ({
      name: `${method.toUpperCase()} ${path}`,
      method: method.toUpperCase(),
      // Fixed segments win over parameters, as in the router.
      parameters: path.split("{").length,
      pattern: new RegExp(`^${path.replace(/\{\w+\}/g, "[^/]+")}$`),
      statuses: Object.keys(responses),
    })),
  );
  operations.sort((a, b) => a.parameters - b.parameters);
  return (method, path, status) => {
    const [pathname = ""] = path.split("?");
    const found = operations.find((one) => one.method === method && one.pattern.test(pathname));
    // No operation: 404 and 405 are the router's own.
    if (found === undefined || found.statuses.includes(String(status))) return;
    throw new Error(
      `${found.name} answered ${status}, which its OpenAPI document does not mention`,
    );
  };
}
