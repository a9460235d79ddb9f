import { join } from "node:path";
import { main, Refusal, readArguments } from "./command-line.ts";
import { appImage, imagesFile, parseImages, repositoryRoot } from "./environments.ts";
import { commit, requireClean } from "./git.ts";

const help = `release-to-dev <digest> [--dry-run] [--root DIR]

Lets dev run a freshly built image: writes its digest into dev's images and commits that one file.`;

await main(async () => {
  const args = readArguments(help, { "dry-run": "switch", root: "text" });
  const root = repositoryRoot(args.text("root"));
  const digest = args.positionals[0] ?? "";
  if (!/^sha256:[0-9a-f]{64}$/.test(digest))
    throw new Refusal(`a digest is sha256: and 64 hexadecimal digits\n\n${help}`, 64);
  const path = imagesFile("dev");
  const text = await Bun.file(join(root, path)).text();
  const current = appImage(parseImages(text)).digest;
  if (current === digest) throw new Refusal(`dev already runs ${digest}`);
  // Other images may have the same digest while unreleased: replace only the app's line.
  const next = text.replace(
    /(name: atelier\n[^\n]*\n\s*digest: )sha256:[0-9a-f]{64}/,
    `$1${digest}`,
  );
  if (next === text || appImage(parseImages(next)).digest !== digest)
    throw new Refusal(`${path} has no entry for atelier`);
  console.log(`dev: ${current} -> ${digest}`);
  if (args.on("dry-run")) return;
  await requireClean(root);
  await Bun.write(join(root, path), next);
  await commit(root, [path], `Release ${digest.slice(7, 19)} to dev`);
});
