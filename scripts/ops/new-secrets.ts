import { chmod, mkdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { main, Refusal, readArguments, succeed } from "./command-line.ts";
import { environment, repositoryRoot, tool } from "./environments.ts";
import {
  databaseUrl,
  encrypt,
  newPassword,
  newSecretKey,
  secretFiles,
  valkeyAccess,
} from "./sops.ts";

const help = `new-secrets <dev|staging> --key-file FILE [--s3-access-key ID --s3-secret-key KEY] [--root DIR]
new-secrets production --out FILE

Makes every secret of a new environment. For dev and staging: an age key in FILE (made when missing, and
never inside the repository), its public half in .sops.yaml, and the encrypted files beside the overlay.
For production: the values as JSON in FILE (mode 0600), by path and property, to be put into the store
that the ExternalSecrets read; delete it afterwards.`;

await main(async () => {
  const args = readArguments(help, {
    "key-file": "text",
    out: "text",
    root: "text",
    "s3-access-key": "text",
    "s3-secret-key": "text",
  });
  const root = repositoryRoot(args.text("root"));
  const env = environment(args.positionals[0], help);
  const values = fresh(
    args.text("s3-access-key") ?? "replace-me",
    args.text("s3-secret-key") ?? "replace-me",
  );

  if (env === "production") {
    const out = outside(root, args.text("out"), "--out");
    const byPath = Object.fromEntries(
      Object.entries(values).map(([name, content]) => [`atelier/production/${name}`, content]),
    );
    await Bun.write(out, JSON.stringify(byPath, null, 2), { mode: 0o600 });
    await chmod(out, 0o600);
    return console.log(`wrote ${out}`);
  }

  const keyFile = outside(root, args.text("key-file"), "--key-file");
  if (!(await Bun.file(keyFile).exists())) {
    await mkdir(dirname(keyFile), { recursive: true, mode: 0o700 });
    await succeed([await tool("age-keygen"), "-o", keyFile]);
  }
  const recipient = (await succeed([await tool("age-keygen"), "-y", keyFile])).trim();
  await setRecipient(root, env, recipient);
  for (const [name, path] of Object.entries(secretFiles(env))) {
    const content = Object.entries(values).find(([file]) => file === name)?.[1];
    if (content !== undefined) await encrypt(root, path, content);
  }
  console.log(`wrote ${env}'s secrets for ${recipient}; keep ${keyFile} safe, and commit the rest`);
});

function fresh(accessKey: string, secretKey: string) {
  const owner = newPassword();
  const application = newPassword();
  const backup = newPassword();
  const valkey = newPassword();
  return {
    postgres: {
      POSTGRES_PASSWORD: newPassword(),
      ATELIER_A_PASSWORD: owner,
      ATELIER_B_PASSWORD: newPassword(),
      ATELIER_APP_A_PASSWORD: application,
      ATELIER_APP_B_PASSWORD: newPassword(),
      BACKUP_PASSWORD: backup,
      MONITOR_PASSWORD: newPassword(),
    },
    valkey: { USERS_ACL: valkeyAccess([valkey]) },
    backup: {
      DATABASE_URL: databaseUrl("atelier_backup", backup),
      AWS_ACCESS_KEY_ID: accessKey,
      AWS_SECRET_ACCESS_KEY: secretKey,
    },
    migrate: { DATABASE_URL: databaseUrl("atelier_a", owner) },
    app: {
      DATABASE_URL: databaseUrl("atelier_app_a", application),
      VALKEY_URL: `redis://:${valkey}@valkey:6379`,
      ATELIER_SECRET_KEYS: newSecretKey(new Date()),
      AWS_ACCESS_KEY_ID: accessKey,
      AWS_SECRET_ACCESS_KEY: secretKey,
    },
  };
}

/** A private file must be outside the repository. */
function outside(root: string, path: string | undefined, option: string): string {
  if (path === undefined) throw new Refusal(`${option} is missing\n\n${help}`, 64);
  const full = resolve(path);
  if (full === root || full.startsWith(`${root}/`))
    throw new Refusal(`${option} must not be inside the repository`, 64);
  return full;
}

async function setRecipient(root: string, env: string, recipient: string): Promise<void> {
  const path = join(root, ".sops.yaml");
  const text = await Bun.file(path).text();
  const line = new RegExp(`(path_regex: \\^?overlays/${env}/[^\\n]*\\n\\s*age: )\\S+`);
  if (!line.test(text)) throw new Refusal(`.sops.yaml has no rule for ${env}`);
  await Bun.write(path, text.replace(line, `$1${recipient}`));
}
