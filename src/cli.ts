import { buildDeps } from "./compose.ts";
import type { Config } from "./config.ts";
import { newUser } from "./features/admin/index.ts";
import {
  createUser,
  findUserByEmail,
  issuePasswordReset,
  listUsers,
  operatorScope,
  type ResetToken,
  resetUrl,
} from "./features/identity/index.ts";
import { resealKeys } from "./features/models/index.ts";
import { createPersonalProject } from "./features/projects/index.ts";
import { type Ctx, systemContext, type WorkspaceRole } from "./platform/context.ts";
import { migrateDatabase } from "./platform/db/migrate.ts";
import { Problem } from "./platform/http/problem.ts";
import type { Jobs } from "./platform/jobs/jobs.ts";

export interface AdminArguments {
  name: string | undefined;
  role: string | undefined;
}

/**
 * `atelier admin …`: operator commands without a browser.
 * @param words arguments after `admin`
 * @returns the lines to print and the exit code; null for an unknown command.
 */
export async function runAdmin(
  config: Config,
  databaseUrl: string,
  words: string[],
  options: AdminArguments,
): Promise<{ lines: string[]; code: number } | null> {
  const command = commandOf(words, options);
  if (command === null) return null;
  // An embedded database may be older than this program; any other has a migrate job.
  if (config.databaseUrl === undefined) await migrateDatabase(databaseUrl);
  const { deps, close } = await buildDeps(
    { ...config, role: "api", logLevel: "silent" },
    databaseUrl,
    {
      jobs: noJobs,
    },
  );
  try {
    return await command(systemContext(deps, "cli"));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { lines: [error.detail], code: 1 };
  } finally {
    await close();
  }
}

type Command = (ctx: Ctx) => Promise<{ lines: string[]; code: number }>;

function commandOf(words: string[], { name, role }: AdminArguments): Command | null {
  const [verb, email] = words;
  if (verb === "reseal" && words.length === 1) return reseal;
  if (email === undefined || words.length > 2) return null;
  if (verb === "reset-password") return (ctx) => resetPassword(ctx, email);
  if (verb !== "create-user") return null;
  const input = newUser.extend({ role: newUser.shape.role.unwrap().optional() }).safeParse({
    email,
    name: name ?? email,
    role,
  });
  return input.success ? (ctx) => create(ctx, input.data) : null;
}

async function reseal(ctx: Ctx) {
  const { resealed, lost } = await resealKeys(ctx);
  const lines = [`${resealed} provider keys were re-encrypted with the newest secret key.`];
  for (const name of lost) lines.push(`The key of ${name} cannot be decrypted; enter it again.`);
  return { lines, code: lost.length === 0 ? 0 : 1 };
}

async function resetPassword(ctx: Ctx, email: string) {
  const user = await findUserByEmail(ctx.db, email);
  if (!user) return { lines: ["There is no account with this e-mail address."], code: 1 };
  return {
    lines: linkLines(ctx, await issuePasswordReset(ctx, operatorScope(ctx), user.id)),
    code: 0,
  };
}

async function create(
  ctx: Ctx,
  input: { email: string; name: string; role?: WorkspaceRole | undefined },
) {
  const nobody =
    (await listUsers(ctx.db, { search: undefined, after: null, limit: 1 })).length === 0;
  // The first account must be an admin, or nobody could manage the workspace.
  const role = nobody ? "admin" : (input.role ?? "member");
  const { user, reset } = await createUser(
    ctx,
    operatorScope(ctx),
    { ...input, role },
    createPersonalProject,
  );
  return { lines: [`${user.email} is ${role} now.`, ...linkLines(ctx, reset)], code: 0 };
}

function linkLines(ctx: Ctx, reset: ResetToken): string[] {
  const base = ctx.deps.config.publicUrl ?? `http://localhost:${ctx.deps.config.port}`;
  return [
    `Set a password, once, until ${reset.expiresAt.toISOString()}:`,
    resetUrl(base, reset.token),
  ];
}

/** The command line neither runs nor enqueues jobs. */
const noJobs: Jobs = {
  enqueue: () => Promise.reject(new Error("The command line has no queue")),
  abandon: async () => {},
  work: async () => {},
  schedule: async () => {},
  stop: async () => {},
};
