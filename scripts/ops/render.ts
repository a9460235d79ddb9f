import { main, Refusal, readArguments } from "./command-line.ts";
import { environment, renderText, repositoryRoot, stages } from "./environments.ts";

const help = `render <dev|staging|production> [stage] [--cluster] [--root DIR]

Prints the manifests of an environment, or of one of its stages (${stages.join(", ")}).
--cluster prints what Flux itself is told (clusters/<environment>) instead.
Secrets are printed as they are in git: encrypted.`;

await main(async () => {
  const args = readArguments(help, { root: "text", cluster: "switch" });
  const env = environment(args.positionals[0], help);
  const stage = args.positionals[1];
  if (stage !== undefined && !stages.some((name) => name === stage)) {
    throw new Refusal(`no stage is called ${stage}\n\n${help}`, 64);
  }
  const path = args.on("cluster")
    ? `clusters/${env}`
    : `overlays/${env}${stage === undefined ? "" : `/${stage}`}`;
  process.stdout.write(await renderText(repositoryRoot(args.text("root")), path));
});
