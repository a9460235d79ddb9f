import { join } from "node:path";
import { Refusal, run } from "./command-line.ts";
import { tool } from "./environments.ts";

/** The names and values of one encrypted file. */
export type Values = Record<string, string>;

const dotenv = ["--input-type", "dotenv", "--output-type", "dotenv"];

/** Decrypts a file with the age key that SOPS finds (SOPS_AGE_KEY_FILE). Nothing is written. */
export async function decrypt(root: string, path: string): Promise<Values> {
  const { code, stdout, stderr } = await run([await tool("sops"), "decrypt", ...dotenv, path], {
    cwd: root,
  });
  if (code !== 0)
    throw new Refusal(
      `${path} cannot be opened (is SOPS_AGE_KEY_FILE set to this environment's key?): ${lastLine(stderr)}`,
      77,
    );
  return Object.fromEntries(
    stdout.split("\n").flatMap((line) => {
      const at = line.indexOf("=");
      return at < 1 ? [] : [[line.slice(0, at), line.slice(at + 1)]];
    }),
  );
}

/** Encrypts values for the recipients of this path in .sops.yaml. Plain text only goes through a pipe. */
export async function encrypt(root: string, path: string, values: Values): Promise<void> {
  const input = Object.entries(values)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
  if (/\n./.test(Object.values(values).join("")))
    throw new Refusal("a value of an env file is one line");
  const { code, stdout, stderr } = await run(
    [await tool("sops"), "encrypt", ...dotenv, "--filename-override", path, "/dev/stdin"],
    { cwd: root, input },
  );
  if (code !== 0) throw new Refusal(`${path} cannot be encrypted: ${lastLine(stderr)}`, code);
  await Bun.write(join(root, path), stdout);
}

const lastLine = (text: string): string => text.trim().split("\n").at(-1) ?? "";

/** A new password: 32 random bytes, safe inside a URL and a line. */
export const newPassword = (): string =>
  Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64url");

/** A new encryption key as ATELIER_SECRET_KEYS holds it: an id that sorts by time, and 32 random bytes. */
export function newSecretKey(now: Date): string {
  const id = `k${now.toISOString().replace(/[-:TZ.]/g, "")}`;
  return `${id}:${Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64")}`;
}

/** Database URL for one of the roles of base/postgres. */
export const databaseUrl = (role: string, password: string): string =>
  `postgresql://${role}:${password}@postgres:5432/atelier?sslmode=verify-full`;

/** Valkey's ACL: one user, known by its password hashes, without dangerous commands. */
export function valkeyAccess(passwords: readonly string[]): string {
  const hashes = passwords.map(
    (password) => `#${new Bun.CryptoHasher("sha256").update(password).digest("hex")}`,
  );
  return `user default reset on ${hashes.join(" ")} ~* &* +@all -@admin -@dangerous +client|setname +info`;
}

/** Where each encrypted file of an environment is. */
export const secretFiles = (env: string) => ({
  postgres: `overlays/${env}/data/secrets/postgres.sops.env`,
  valkey: `overlays/${env}/data/secrets/valkey.sops.env`,
  backup: `overlays/${env}/data/secrets/backup.sops.env`,
  migrate: `overlays/${env}/migrate/secrets/migrate.sops.env`,
  app: `overlays/${env}/app/secrets/app.sops.env`,
});
