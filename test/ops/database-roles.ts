import { join } from "node:path";
import { succeed } from "../../scripts/ops/command-line.ts";
import { repositoryRoot } from "../../scripts/ops/environments.ts";
import { newPassword } from "../../scripts/ops/sops.ts";
import type { PostgresServer } from "./postgres-server.ts";

const LOGINS = [
  "atelier_a",
  "atelier_b",
  "atelier_app_a",
  "atelier_app_b",
  "atelier_backup",
  "atelier_monitor",
];

/** What the secret calls a role's password. */
export const secretName = (role: string): string =>
  `${role.replace(/^atelier_(?=backup|monitor)/, "").toUpperCase()}_PASSWORD`;

/** The passwords of the roles that base/postgres makes, by the names that its secret has. */
export const rolePasswords = (): Record<string, string> =>
  Object.fromEntries(LOGINS.map((role) => [secretName(role), newPassword()]));

/** Makes the roles and the database as the cluster's Job does. @param env how psql signs in as the superuser. */
export async function makeRoles(
  server: PostgresServer,
  passwords: Record<string, string>,
  env: Record<string, string> = {},
): Promise<void> {
  const file = join(repositoryRoot(), "base/postgres/config/roles.sql");
  await succeed([join(server.bin, "psql"), "--no-psqlrc", "--quiet", `--file=${file}`], {
    env: {
      PGHOST: "localhost",
      PGPORT: String(server.port),
      PGUSER: "postgres",
      PGDATABASE: "postgres",
      ...passwords,
      ...env,
    },
  });
}
