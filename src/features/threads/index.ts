export { messageNotFound } from "./errors.ts";
export { findCitedVersions } from "./find-cited-versions.ts";
export { findThreadOfMessage } from "./find-thread-access.ts";
export { describeThreadRule, onThread, ThreadScope, threadScope } from "./policy.ts";
export { presentMessage } from "./present-message.ts";
export {
  endMessage,
  findMessage,
  insertMessages,
  listMessages,
  type MessageRow,
  touchThread,
} from "./repo.ts";
export { threadRoutes } from "./routes.ts";
export {
  ANSWER_STATUSES,
  type CitationPart,
  effort,
  type MessageError,
  type MessagePart,
  message,
  messageError,
  messagePart,
} from "./schema.ts";
export { purgeDeletedThreads } from "./service.ts";
