import { join } from "node:path";
import { main, Refusal, readArguments } from "./command-line.ts";
import {
  appImage,
  environment,
  imagesFile,
  parseImages,
  repositoryRoot,
  unreleased,
} from "./environments.ts";
import { commit, fileAt, history, requireClean } from "./git.ts";
import { requirePublished } from "./registry.ts";

const help = `rollback <environment> [--to COMMIT] [--dry-run] [--registry URL] [--root DIR]

Lets an environment run again what it ran before: restores its image digests from before their last
change (or as COMMIT has them) and commits that one file. The database stays as it is: migrations only
expand, so the earlier version works with it. Production follows signed tags: scripts/release after it.`;

await main(async () => {
  const args = readArguments(help, {
    to: "text",
    "dry-run": "switch",
    registry: "text",
    root: "text",
  });
  const root = repositoryRoot(args.text("root"));
  const env = environment(args.positionals[0], help);
  const path = imagesFile(env);
  const revision = args.text("to") ?? (await history(root, path))[1];
  if (revision === undefined) throw new Refusal(`${env} has run nothing before`);
  const current = await Bun.file(join(root, path)).text();
  const earlier = await fileAt(root, revision, path);
  const image = appImage(parseImages(earlier));
  if (earlier === current)
    throw new Refusal(`${env} already runs what ${revision.slice(0, 12)} says`);
  if (image.digest === unreleased)
    throw new Refusal(`${env} ran no release at ${revision.slice(0, 12)}`);
  await requirePublished(image, args.text("registry"));
  console.log(`${env}: ${appImage(parseImages(current)).digest} -> ${image.digest}`);
  if (args.on("dry-run")) return;
  await requireClean(root);
  await Bun.write(join(root, path), earlier);
  await commit(root, [path], `Roll ${env} back to ${image.digest.slice(7, 19)}`);
  console.log(
    env === "production"
      ? "committed; once it is merged, scripts/release signs the tag that production follows"
      : "committed",
  );
});
