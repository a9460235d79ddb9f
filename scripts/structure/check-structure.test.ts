import { expect, test } from "bun:test";
import { checkStructure } from "./check-structure.ts";

/** For each rule: files that break it, and the expected message. */
const REFUSED: [rule: string, files: Record<string, string>, says: string][] = [
  [
    "the vocabulary is closed",
    { "src/features/projects/project-keeper.ts": "" },
    '"project-keeper" is not in',
  ],
  [
    "the vocabulary is closed in a feature's inner folders too",
    { "src/features/knowledge/search/magic.ts": "" },
    '"magic" is not in',
  ],
  ["names that collect strangers", { "web/lib/utils.ts": "" }, 'named "utils"'],
  ["long files", { "src/long.ts": "\n".repeat(400) }, "401 lines"],
  ["long tests", { "test/long.test.ts": "\n".repeat(800) }, "801 lines"],
  [
    "platform imports no feature",
    { "src/platform/db/client.ts": 'import { users } from "../../features/identity/index.ts";' },
    "platform imports src/features/identity/index.ts",
  ],
  [
    "platform imports no composition, not even a type",
    { "src/platform/context.ts": 'import type { Deps } from "../compose.ts";' },
    "platform imports src/compose.ts",
  ],
  [
    "providers stand alone",
    { "src/providers/retry.ts": 'import { Problem } from "../platform/http/problem.ts";' },
    "a provider imports src/platform/http/problem.ts",
  ],
  [
    "a feature has one door",
    {
      "src/features/threads/service.ts": 'import type { X } from "../projects/schema.ts";',
    },
    "reaches into src/features/projects/schema.ts",
  ],
  [
    "tables are for tables, repos and finders",
    { "src/features/threads/service.ts": 'import { projects } from "../projects/tables.ts";' },
    "reaches into src/features/projects/tables.ts",
  ],
  [
    "a feature of the web has one door",
    { "web/features/threads/composer.tsx": 'import { x } from "../models/choices.ts";' },
    "reaches into web/features/models/choices.ts",
  ],
  [
    "the composition alone knows features",
    { "src/config.ts": 'import { roles } from "./features/identity/index.ts";' },
    "knows the feature",
  ],
  [
    "features know no composition",
    { "src/features/audit/service.ts": 'import { buildDeps } from "../../compose.ts";' },
    "a feature imports src/compose.ts",
  ],
  [
    "only policies grant scopes",
    {
      "src/features/threads/service.ts":
        'import { grantProjectScope } from "../projects/index.ts";',
    },
    "only policies grant scopes",
  ],
  [
    "the server takes nothing of the web",
    { "src/app.ts": 'import { x } from "../web/lib/api.ts";' },
    "the server imports the front end",
  ],
  [
    "the web takes nothing of the server, not even a type",
    { "web/lib/api.ts": 'import type { X } from "../../src/config.ts";' },
    "by its OpenAPI document only",
  ],
  [
    "lib stands below ui",
    { "web/lib/action.ts": 'import { t } from "../ui/toast.tsx";' },
    "web/lib imports",
  ],
  [
    "ui has no domain words",
    { "web/ui/menu.tsx": 'import { t } from "../messages/en/shell.ts";' },
    "web/ui imports",
  ],
  [
    "no circles of values",
    {
      "src/platform/a.ts": 'import { b } from "./b.ts";',
      "src/platform/b.ts": 'import { a } from "./a.ts";',
    },
    "circle src/platform/a.ts → src/platform/b.ts → src/platform/a.ts",
  ],
  [
    "no circles of types",
    {
      "web/lib/a.ts": 'import { b } from "./b.ts";',
      "web/lib/b.ts": 'import type { A } from "./a.ts";',
    },
    "circle web/lib/a.ts",
  ],
];

for (const [rule, files, says] of REFUSED) {
  test(`refused: ${rule}`, () => {
    const breaches = checkStructure(new Map(Object.entries(files)));
    expect(breaches.join("\n")).toContain(says);
    expect(breaches).toHaveLength(1);
  });
}

test("what the rules allow passes", () => {
  const allowed = {
    "src/features/threads/tables.ts": 'import { projects } from "../projects/tables.ts";',
    "src/features/threads/repo.ts": 'import { users } from "../identity/tables.ts";',
    "src/features/threads/find-thread-access.ts":
      'import { projects } from "../projects/tables.ts";',
    "src/features/threads/policy.ts": 'import { grantProjectScope } from "../projects/index.ts";',
    "src/features/admin/user-routes.ts": 'import { createUser } from "../identity/index.ts";',
    "src/features/knowledge/search/bm25.ts": "",
    "src/platform/deps.ts": 'import type { Config } from "../config.ts";',
    "src/compose.ts": 'import { createAuditServices } from "./features/audit/index.ts";',
    "web/features/threads/composer.tsx": 'import { Choice } from "../models/index.ts";',
    "src/features/threads/threads.test.ts": 'import { x } from "../projects/repo.ts";',
  };
  expect(checkStructure(new Map(Object.entries(allowed)))).toEqual([]);
});
