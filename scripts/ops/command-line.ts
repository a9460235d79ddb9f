import { parseArgs } from "node:util";

/** Ends a script with a message and an exit code (64 means wrong usage, as in sysexits.h). */
export class Refusal extends Error {
  readonly exitCode: number;
  constructor(message: string, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end with this standard input; returns its output without printing. */
export async function run(
  command: string[],
  options: { cwd?: string; input?: string; env?: Record<string, string> } = {},
): Promise<Finished> {
  const child = Bun.spawn(command, {
    cwd: options.cwd ?? process.cwd(),
    env: { ...process.env, ...options.env },
    stdin: new TextEncoder().encode(options.input ?? ""),
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { code, stdout, stderr };
}

/** Like `run`, but a failing program ends the script with its error output. */
export async function succeed(
  command: string[],
  options: { cwd?: string; input?: string; env?: Record<string, string> } = {},
): Promise<string> {
  const { code, stdout, stderr } = await run(command, options);
  if (code !== 0)
    throw new Refusal(`${command.slice(0, 3).join(" ")} failed: ${stderr.trim()}`, code);
  return stdout;
}

/** Parsed arguments: positionals in order, and each option as a string or a switch. */
export interface Arguments {
  readonly positionals: readonly string[];
  text(name: string): string | undefined;
  on(name: string): boolean;
}

/**
 * Parses arguments, prints `help` for --help and ends with 64 for an option that the script does not
 * have. `options` maps each option's name to whether it takes a value.
 */
export function readArguments(
  help: string,
  options: Record<string, "text" | "switch">,
  args: string[] = process.argv.slice(2),
): Arguments {
  const config: Record<string, { type: "string" | "boolean" }> = { help: { type: "boolean" } };
  for (const [name, kind] of Object.entries(options)) {
    config[name] = { type: kind === "text" ? "string" : "boolean" };
  }
  let parsed: ReturnType<typeof parseArgs>;
  try {
    parsed = parseArgs({ args, options: config, allowPositionals: true, strict: true });
  } catch (error) {
    throw new Refusal(`${error instanceof Error ? error.message : error}\n\n${help}`, 64);
  }
  if (parsed.values.help === true) {
    console.log(help);
    process.exit(0);
  }
  return {
    positionals: parsed.positionals,
    text: (name) => {
      const value = parsed.values[name];
      return typeof value === "string" ? value : undefined;
    },
    on: (name) => parsed.values[name] === true,
  };
}

/** Runs a script's body; a Refusal becomes its message and exit code, without a stack. */
export async function main(body: () => Promise<void>): Promise<void> {
  try {
    await body();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    console.error(error.message);
    process.exit(error.exitCode);
  }
}
