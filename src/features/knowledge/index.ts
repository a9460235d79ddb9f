export { isolateChild } from "./ingest/isolate-child.ts";
export { describeIsolation } from "./ingest/isolation.ts";
export { purgeDeletedFiles, removeProjectBytes } from "./purge-files.ts";
export { purgeOrphans } from "./purge-orphans.ts";
export { purgeVersions, type VersionsInUse } from "./purge-versions.ts";
export { versionTexts } from "./read-text.ts";
export {
  type Corpus,
  type CorpusFile,
  countCorpus,
  projectCorpus,
  retrievePassages,
} from "./retrieve-passages.ts";
export { fileRoutes, isUpload } from "./routes.ts";
export { KNOWLEDGE_QUEUES, startKnowledgeJobs } from "./run-jobs.ts";
export { verifyQuote } from "./search/verify-quote.ts";
export { contentRoutes } from "./version-routes.ts";
