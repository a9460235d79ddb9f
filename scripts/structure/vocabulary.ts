/**
 * The words that files of `src/features` may be named with. A new word is a decision: add it here, in the
 * field's own term, and a reviewer sees it.
 */

/** What every feature may have, each once. */
export const ROLES = new Set([
  "index",
  "routes",
  "schema",
  "service",
  "services",
  "repo",
  "tables",
  "errors",
  "policy",
]);

/** A verb comes first in the name of a file that holds one verb: `store-file`, `sign-in`. */
export const VERBS = new Set([
  "announce",
  "authenticate",
  "begin",
  "build",
  "change",
  "check",
  "choose",
  "chunk",
  "claim",
  "connect",
  "create",
  "decode",
  "describe",
  "detect",
  "download",
  "extract",
  "find",
  "finish",
  "fit",
  "fold",
  "follow",
  "gather",
  "hash",
  "index",
  "list",
  "manage",
  "measure",
  "open",
  "place",
  "present",
  "price",
  "purge",
  "rank",
  "read",
  "recheck",
  "receive",
  "reconcile",
  "record",
  "recover",
  "refuse",
  "report",
  "reseal",
  "reserve",
  "resolve",
  "revoke",
  "run",
  "seal",
  "search",
  "set",
  "settle",
  "sign",
  "sniff",
  "split",
  "store",
  "sync",
  "test",
  "verify",
  "write",
]);

/** Things that a feature is about and that have a file of their own, by feature. */
export const NOUNS: Record<string, readonly string[]> = {
  audit: ["actions", "sealer"],
  generation: ["access-watch", "answer-log", "answer-pubsub", "frames", "runner", "running-answer"],
  identity: ["actor-cache", "api-keys", "attempt-limit", "key-use", "session-cookie"],
  knowledge: ["bm25", "file-name", "highlight", "stems"],
  projects: ["project-lifecycle"],
  workspace: ["settings"],
};

/** Names that collect strangers; nowhere in the repository. */
export const FORBIDDEN = new Set([
  "utils",
  "util",
  "helpers",
  "helper",
  "types",
  "constants",
  "common",
  "misc",
  "manager",
]);
