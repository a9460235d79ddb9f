import { z } from "zod";

/** The body of an answer, checked against the schema it should have. */
export async function read<T extends z.ZodType>(
  response: Response,
  schema: T,
): Promise<z.output<T>> {
  return schema.parse(await response.json());
}

/** The parts of a problem document that tests ask about. */
export async function readProblem(response: Response) {
  return read(
    response,
    z.object({
      status: z.number(),
      code: z.string(),
      detail: z.string(),
      requestId: z.string(),
      errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    }),
  );
}

/** Status and code of a refusal, such as `404 thread_not_found`. */
export async function codeOf(response: Response): Promise<string> {
  const { status, code } = await readProblem(response);
  return `${status} ${code}`;
}

/** The id of whatever a route has created. */
export async function readId(response: Response): Promise<string> {
  return (await read(response, z.looseObject({ id: z.uuid() }))).id;
}
