export { messageNotFound } from "./errors.ts";
export { findThreadOfMessage } from "./find-thread-access.ts";
export { onThread, type ThreadLevel, ThreadScope, threadScope } from "./policy.ts";
export { type MessageExtras, presentMessage } from "./present-message.ts";
export {
  endMessage,
  findMessage,
  insertMessages,
  listMessages,
  type MessageRow,
  touchThread,
} from "./repo.ts";
export { type ThreadHooks, threadRoutes } from "./routes.ts";
export {
  type CitationPart,
  type MessageError,
  type MessagePart,
  message,
  messageError,
  messagePart,
} from "./schema.ts";
export { getThread, purgeDeletedThreads } from "./service.ts";
