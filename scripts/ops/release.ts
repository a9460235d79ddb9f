import { main, Refusal, readArguments, succeed } from "./command-line.ts";
import { repositoryRoot } from "./environments.ts";
import { requireClean } from "./git.ts";

const help = `release <version> [--dry-run] [--root DIR]

Signs the tag v<version> on the current commit, with git's configured OpenPGP key. Production follows the
highest such tag, so a rollback too is a new and higher version. Push it with: git push origin v<version>`;

await main(async () => {
  const args = readArguments(help, { "dry-run": "switch", root: "text" });
  const root = repositoryRoot(args.text("root"));
  const version = args.positionals[0] ?? "";
  if (!/^\d+\.\d+\.\d+$/.test(version))
    throw new Refusal(`a version is three numbers\n\n${help}`, 64);
  await requireClean(root);
  const tags = (await succeed(["git", "tag", "--list", "v*"], { cwd: root }))
    .split("\n")
    .filter(Boolean);
  const newest = tags
    .map((tag) => tag.slice(1))
    .sort(Bun.semver.order)
    .at(-1);
  if (newest !== undefined && Bun.semver.order(version, newest) <= 0) {
    throw new Refusal(`v${newest} exists: production would not follow v${version}`);
  }
  if (args.on("dry-run")) return console.log(`would sign v${version}`);
  await succeed(["git", "tag", "--sign", `v${version}`, "--message", `Release ${version}`], {
    cwd: root,
  });
  console.log(`signed v${version}; push it with: git push origin v${version}`);
});
