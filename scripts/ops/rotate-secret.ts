import { join } from "node:path";
import { main, Refusal, readArguments } from "./command-line.ts";
import { environment, repositoryRoot } from "./environments.ts";
import { commit, requireClean } from "./git.ts";
import {
  databaseUrl,
  decrypt,
  encrypt,
  newPassword,
  newSecretKey,
  secretFiles,
  type Values,
  valkeyAccess,
} from "./sops.ts";

const help = `rotate-secret <environment> <keys|database|valkey> [--retire] [--dry-run] [--root DIR]

Changes a secret by a git commit, in two steps so that nothing that runs stops working:
  1. without --retire: adds the new value beside the old one, and moves the app to the new one
  2. with --retire, once every pod runs the first commit: makes the old value useless

keys      puts a new key first in ATELIER_SECRET_KEYS; nobody is logged out
database  gives the database roles that are not in use new passwords and moves the app and the migrations
          to them; moves an app that still signs in as the owner of its tables to a role that is not
valkey    gives Valkey's user a second password and moves the app to it

dev and staging are edited here and need SOPS_AGE_KEY_FILE. production's values are in its store: change
them there first, in the same two steps; this then raises the revision that rolls the pods.`;

const kinds = ["keys", "database", "valkey"] as const;
type Kind = (typeof kinds)[number];

await main(async () => {
  const args = readArguments(help, { retire: "switch", "dry-run": "switch", root: "text" });
  const root = repositoryRoot(args.text("root"));
  const env = environment(args.positionals[0], help);
  const kind = kinds.find((name) => name === args.positionals[1]);
  if (kind === undefined)
    throw new Refusal(`say what to rotate: ${kinds.join(", ")}\n\n${help}`, 64);
  const step = args.on("retire") ? "retire" : "add";
  if (!args.on("dry-run")) await requireClean(root);
  const changed =
    env === "production" ? await raiseRevision(root) : await edit(root, env, kind, step);
  if (args.on("dry-run")) return console.log(`would change: ${Object.keys(changed).join(", ")}`);
  for (const [path, write] of Object.entries(changed)) await write(join(root, path));
  const what = step === "add" ? `Rotate ${env}'s ${kind}` : `Retire the old ${kind} of ${env}`;
  await commit(root, Object.keys(changed), what);
  console.log(
    step === "add"
      ? "committed; run it again with --retire once every pod runs this commit"
      : "committed",
  );
});

type Changes = Record<string, (path: string) => Promise<unknown>>;

async function edit(
  root: string,
  env: string,
  kind: Kind,
  step: "add" | "retire",
): Promise<Changes> {
  const files = secretFiles(env);
  const app = await decrypt(root, files.app);
  const write = (path: string, values: Values): Changes => ({
    [path]: () => encrypt(root, path, values),
  });
  if (kind === "keys") {
    const keys = (app.ATELIER_SECRET_KEYS ?? "").split(",").filter(Boolean);
    if (step === "retire" && keys.length < 2)
      throw new Refusal("there is only one key: rotate first");
    const next = step === "add" ? [newSecretKey(new Date()), ...keys] : keys.slice(0, 1);
    return write(files.app, { ...app, ATELIER_SECRET_KEYS: next.join(",") });
  }
  if (kind === "database") return editDatabase(root, files, app, step, write);
  const current = passwordOf(app.VALKEY_URL);
  const next = newPassword();
  const valkey = await decrypt(root, files.valkey);
  if (step === "retire")
    return write(files.valkey, { ...valkey, USERS_ACL: valkeyAccess([current]) });
  return {
    ...write(files.valkey, { ...valkey, USERS_ACL: valkeyAccess([current, next]) }),
    ...write(files.app, { ...app, VALKEY_URL: `redis://:${next}@valkey:6379` }),
  };
}

async function editDatabase(
  root: string,
  files: ReturnType<typeof secretFiles>,
  app: Values,
  step: "add" | "retire",
  write: (path: string, values: Values) => Changes,
): Promise<Changes> {
  const migrate = await decrypt(root, files.migrate);
  const passwords: Values = { ...(await decrypt(root, files.postgres)) };
  const [forApp, forMigrate] = [
    { group: "atelier_app", inUse: app.DATABASE_URL },
    { group: "atelier", inUse: migrate.DATABASE_URL },
  ].map(({ group, inUse }) => {
    const [a, b] = [`${group}_a`, `${group}_b`];
    for (const role of [a, b]) passwords[passwordName(role)] ??= newPassword();
    // Changes the role that is not in use; clients that still use it (after step 2: none) are cut off.
    const idle = new URL(inUse ?? "").username === a ? b : a;
    const password = newPassword();
    passwords[passwordName(idle)] = password;
    return databaseUrl(idle, password);
  });
  const next = write(files.postgres, passwords);
  if (step === "retire" || forApp === undefined || forMigrate === undefined) return next;
  return {
    ...next,
    ...write(files.app, { ...app, DATABASE_URL: forApp }),
    ...write(files.migrate, { ...migrate, DATABASE_URL: forMigrate }),
  };
}

function passwordName(role: string): string {
  return `${role.toUpperCase()}_PASSWORD`;
}

function passwordOf(url: string | undefined): string {
  return new URL(url ?? "").password;
}

/** Production's secrets come from its store; a raised number in the pods' templates makes them read it. */
async function raiseRevision(root: string): Promise<Changes> {
  const changes: Changes = {};
  for (const stage of ["data", "migrate", "app"]) {
    const path = `overlays/production/${stage}/secret-revision.yaml`;
    const text = await Bun.file(join(root, path)).text();
    const next = text.replace(
      /(secret-revision: ")(\d+)"/,
      (_, before: string, n: string) => `${before}${Number(n) + 1}"`,
    );
    if (next === text) throw new Refusal(`${path} has no revision`);
    changes[path] = (full) => Bun.write(full, next);
  }
  return changes;
}
