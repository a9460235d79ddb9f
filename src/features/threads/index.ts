export { messageNotFound } from "./errors.ts";
export { onThread, type ThreadScope, threadScope } from "./policy.ts";
export { type MessageExtras, presentMessage } from "./present-message.ts";
export {
  endMessage,
  findMessage,
  findThreadOfMessage,
  hasMessages,
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
