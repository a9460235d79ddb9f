import { Problem } from "../../platform/http/problem.ts";

export const generationNotFound = () =>
  new Problem(404, "generation_not_found", "This answer does not exist, or you may not see it.");
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
    "This server is shutting down and starts no more answers. Try again in a moment.",
    { headers: { "retry-after": "5" } },
  );
export const tooManyStreams = () =>
  new Problem(
    429,
    "too_many_streams",
    "You follow too many answers at once. Close some of them, then try again.",
    { headers: { "retry-after": "5" } },
  );
export const wrongParent = () =>
  new Problem(
    422,
    "wrong_parent",
    "A message must follow an answer of this thread, or start a new branch.",
    {
      errors: [{ path: "parentId", message: "is not an answer of this thread" }],
    },
  );
export const contextTooLong = () =>
  new Problem(
    422,
    "message_too_long",
    "This message alone is longer than the model can read. Shorten it, or attach it as a file.",
    {
      errors: [{ path: "text", message: "is too long for the model" }],
    },
  );
