import { type Advisory, isSevere, readAdvisories } from "./advisories.ts";
import { main, Refusal, readArguments, run } from "./command-line.ts";
import { repositoryRoot } from "./environments.ts";

const help = `audit

Asks the registry's database for known vulnerabilities of the packages in bun.lock. All are printed; those of
severity high or critical in what is installed to run Atelier fail the script, those of tools for
development do not.

Exit codes: 0 nothing severe, 1 something severe, 69 the database did not answer (offline, or a mirror
without it): nothing is known then.`;

const describe = ({ package: name, severity, title, url }: Advisory): string =>
  `${severity}: ${name}: ${title} ${url}`;

async function ask(...options: string[]): Promise<Advisory[]> {
  const { stdout, stderr } = await run([process.execPath, "audit", "--json", ...options], {
    cwd: repositoryRoot(),
  });
  const found = readAdvisories(stdout);
  if (found === undefined)
    throw new Refusal(`the database of advisories did not answer: ${stderr.trim()}`, 69);
  return found;
}

await main(async () => {
  readArguments(help, {});
  const all = (await ask()).map(describe);
  const running = await ask("--production");
  const severe = running.filter(isSevere).map(describe);
  for (const line of new Set(all)) if (!severe.includes(line)) console.log(line);
  if (severe.length > 0) throw new Refusal([...new Set(severe)].join("\n"));
  console.log(`nothing severe; ${running.length} of ${all.length} advisories are of what runs`);
});
