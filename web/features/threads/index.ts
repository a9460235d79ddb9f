export { Composer } from "./composer.tsx";
export { ProjectThreads } from "./project-threads.tsx";
export { rememberStart, startThread } from "./start-thread.ts";
export { ThreadRow } from "./thread-row.tsx";
