import { join } from "node:path";
import { main, Refusal, readArguments, run, succeed } from "./command-line.ts";
import { environment, repositoryRoot } from "./environments.ts";
import { commit, requireClean } from "./git.ts";

const help = `bootstrap <environment> --url GIT_URL [--branch main] [--key-file FILE] [--release-keys FILE]
          [--context NAME] [--write-only] [--dry-run] [--root DIR]

Makes a cluster follow this repository: writes GIT_URL into clusters/<environment>/sources.yaml, puts the
age key (dev, staging) or the release keys (production) into the cluster, and runs fluxcd's "flux
bootstrap git". It asks nothing, and running it again changes nothing.

--key-file      the age key that scripts/new-secrets made for this environment
--release-keys  the OpenPGP public keys whose tags production believes (ASCII armour)
--context       the kubeconfig context; the current one when left out
--write-only    writes and commits the address, and touches no cluster
--dry-run       prints what it would do`;

await main(async () => {
  const args = readArguments(help, {
    url: "text",
    branch: "text",
    "key-file": "text",
    "release-keys": "text",
    context: "text",
    "write-only": "switch",
    "dry-run": "switch",
    root: "text",
  });
  const root = repositoryRoot(args.text("root"));
  const env = environment(args.positionals[0], help);
  const url = args.text("url");
  if (url === undefined || !/^(https?|ssh):\/\//.test(url))
    throw new Refusal(`--url must be an http(s) or ssh address\n\n${help}`, 64);
  const steps = commands(env, url, args.text.bind(args));
  if (args.on("dry-run")) {
    return console.log(
      [
        `write ${url} into clusters/${env}/sources.yaml`,
        ...steps.map((step) => step.join(" ")),
      ].join("\n"),
    );
  }

  await requireClean(root);
  const path = `clusters/${env}/sources.yaml`;
  const text = await Bun.file(join(root, path)).text();
  const next = text.replace(/^( {2}url: ).*$/m, `$1${url}`);
  if (next !== text) {
    await Bun.write(join(root, path), next);
    await commit(root, [path], `Let ${env} follow ${new URL(url).host}`);
  }
  if (args.on("write-only")) return;
  if (
    (await run(["flux", "--version"]).catch(() => ({ stdout: "" }))).stdout.startsWith(
      "flux version",
    ) === false
  ) {
    throw new Refusal('needs the "flux" program of fluxcd (not the npm package of that name)', 69);
  }
  for (const step of steps) {
    const applied = step[0] === "kubectl" && step.includes("--dry-run=client");
    const output = await succeed(step, { cwd: root });
    if (applied)
      await succeed(
        [
          "kubectl",
          ...contextOf(args.text("context")),
          "apply",
          "--server-side",
          "--filename",
          "-",
        ],
        { input: output },
      );
    console.log(`done: ${step.slice(0, 4).join(" ")}`);
  }
});

function contextOf(context: string | undefined): string[] {
  return context === undefined ? [] : ["--context", context];
}

function commands(
  env: string,
  url: string,
  text: (name: string) => string | undefined,
): string[][] {
  const context = contextOf(text("context"));
  const secret = (name: string, key: string, file: string) => [
    "kubectl",
    ...context,
    "--namespace",
    "flux-system",
    "create",
    "secret",
    "generic",
    name,
    `--from-file=${key}=${file}`,
    "--dry-run=client",
    "--output=yaml",
  ];
  const keyFile = text("key-file");
  const releaseKeys = text("release-keys");
  if (env === "production" && releaseKeys === undefined && text("write-only") === undefined) {
    // Said here rather than found out as a source that never becomes ready.
    console.error(
      "note: production verifies tags; without --release-keys its source stays not ready",
    );
  }
  return [
    ["flux", "check", "--pre", ...context],
    [
      "flux",
      "bootstrap",
      "git",
      ...context,
      `--url=${url}`,
      `--branch=${text("branch") ?? "main"}`,
      `--path=clusters/${env}`,
      "--silent",
      "--components=source-controller,kustomize-controller,notification-controller",
    ],
    ...(keyFile === undefined ? [] : [secret("sops-age", "age.agekey", keyFile)]),
    ...(releaseKeys === undefined ? [] : [secret("release-keys", "keys.asc", releaseKeys)]),
  ];
}
