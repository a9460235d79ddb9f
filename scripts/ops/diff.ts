import { main, readArguments } from "./command-line.ts";
import { describe, differences } from "./differences.ts";
import { environment, parseObjects, renderText, repositoryRoot } from "./environments.ts";

const help = `diff <from> <to> [--root DIR]

Prints each place where the rendered manifests of two environments differ, by object and path.
Exit code: 0 whether they differ or not.`;

await main(async () => {
  const args = readArguments(help, { root: "text" });
  const root = repositoryRoot(args.text("root"));
  const [from, to] = await Promise.all(
    [0, 1].map(async (index) =>
      parseObjects(
        await renderText(root, `overlays/${environment(args.positionals[index], help)}`),
      ),
    ),
  );
  process.stdout.write(describe(differences(from ?? [], to ?? [])));
});
