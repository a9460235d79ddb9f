import { Problem } from "../../platform/http/problem.ts";

export const generationNotFound = () =>
  new Problem(404, "generation_not_found", "There is no such answer, or you may not see it.");
export const answerRunning = () =>
  new Problem(
    409,
    "answer_running",
    "An answer is still being written here. Wait for it, or stop it first.",
  );
export const shuttingDown = () =>
  new Problem(
    503,
    "shutting_down",
    "This server is being stopped and begins no more answers. Ask again in a moment.",
    { headers: { "retry-after": "5" } },
  );
export const wrongParent = () =>
  new Problem(422, "wrong_parent", "A message can follow an answer of this thread, or begin it.", {
    errors: [{ path: "parentId", message: "is not an answer of this thread" }],
  });
export const contextTooLong = () =>
  new Problem(
    422,
    "message_too_long",
    "This message alone is longer than the model can read. Shorten it, or put it into a file.",
    {
      errors: [{ path: "text", message: "is too long for the model" }],
    },
  );
