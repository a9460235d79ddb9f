import { join } from "node:path";
import { main, Refusal, readArguments } from "./command-line.ts";
import { describe, differences } from "./differences.ts";
import {
  appImage,
  environment,
  environments,
  imagesFile,
  parseImages,
  parseObjects,
  renderText,
  repositoryRoot,
  unreleased,
} from "./environments.ts";
import { evidenceSchema, objections } from "./evidence.ts";
import { commit, requireClean } from "./git.ts";
import { requirePublished } from "./registry.ts";

const help = `promote <from> <to> --evidence FILE [--dry-run] [--registry URL] [--root DIR]

Lets <to> run exactly what <from> runs: copies the image digests and commits that one file.
<to> is the environment after <from> (${environments.join(" -> ")}).

--evidence FILE  JSON that names the digest and says how <from> fares with it; see docs/operating.md
--dry-run        checks everything and prints what would change, without a commit
--registry URL   asks this registry, rather than the image's own, whether the digest exists`;

await main(async () => {
  const args = readArguments(help, {
    evidence: "text",
    "dry-run": "switch",
    registry: "text",
    root: "text",
  });
  const root = repositoryRoot(args.text("root"));
  const from = environment(args.positionals[0], help);
  const to = environment(args.positionals[1], help);
  if (environments.indexOf(to) !== environments.indexOf(from) + 1) {
    throw new Refusal(`a release goes ${environments.join(" -> ")}, one step at a time`, 64);
  }
  const source = await Bun.file(join(root, imagesFile(from))).text();
  const target = await Bun.file(join(root, imagesFile(to))).text();
  if (source === target) throw new Refusal(`${to} already runs what ${from} runs`);
  const image = appImage(parseImages(source));
  if (image.digest === unreleased) throw new Refusal(`nothing has been released to ${from}`);

  const evidencePath = args.text("evidence");
  if (evidencePath === undefined)
    throw new Refusal("refused: no evidence file was given (--evidence)");
  const reasons = await judge(evidencePath, from, image.digest);
  if (reasons.length > 0)
    throw new Refusal(`refused:\n${reasons.map((reason) => `  - ${reason}\n`).join("")}`);
  await requirePublished(image, args.text("registry"));
  if (!args.on("dry-run")) await requireClean(root);

  const before = parseObjects(await renderText(root, `overlays/${to}`));
  await Bun.write(join(root, imagesFile(to)), source);
  try {
    process.stdout.write(
      describe(differences(before, parseObjects(await renderText(root, `overlays/${to}`)))),
    );
  } finally {
    if (args.on("dry-run")) await Bun.write(join(root, imagesFile(to)), target);
  }
  if (args.on("dry-run")) return;
  await commit(
    root,
    [imagesFile(to)],
    `Promote ${image.digest.slice(7, 19)} from ${from} to ${to}`,
  );
  console.log(
    to === "production"
      ? "committed; once it is merged, scripts/release signs the tag that production follows"
      : "committed",
  );
});

async function judge(
  path: string,
  from: (typeof environments)[number],
  digest: string,
): Promise<string[]> {
  const file = Bun.file(path);
  if (!(await file.exists())) return [`there is no evidence file at ${path}`];
  let content: unknown;
  try {
    content = await file.json();
  } catch {
    return ["the evidence file is not JSON"];
  }
  const parsed = evidenceSchema.safeParse(content);
  if (!parsed.success)
    return parsed.error.issues.map(
      (issue) => `evidence ${issue.path.join(".") || "file"}: ${issue.message}`,
    );
  return objections(parsed.data, from, digest, new Date());
}
