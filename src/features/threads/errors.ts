import { Problem } from "../../platform/http/problem.ts";

export const threadNotFound = () =>
  new Problem(404, "thread_not_found", "This thread does not exist, or you may not see it.");
export const messageNotFound = () =>
  new Problem(404, "message_not_found", "This message is not in this thread.");
export const threadReadOnly = () =>
  new Problem(403, "thread_read_only", "You may read this thread but not write in it.");
export const threadNotYours = () =>
  new Problem(
    403,
    "thread_not_yours",
    "Only the thread's owner, or the project's owner, may do this.",
  );
