/** Result of a command: its exit code, or that it timed out. */
export interface Outcome {
  readonly code: number | "timed out";
  readonly output: string;
  readonly ms: number;
}

/** Runs a command, and kills it with all its children on timeout. */
export async function runCommand(
  command: readonly string[],
  options: { cwd: string; env?: Record<string, string>; limitMs: number },
): Promise<Outcome> {
  const startedAt = performance.now();
  const child = Bun.spawn([...command], {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    // Its own process group, killed as one.
    detached: true,
  });
  const end = () => endGroup(child.pid);
  process.once("exit", end);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    end();
  }, options.limitMs);
  const output = Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  const code = await child.exited;
  clearTimeout(timer);
  // Servers left by a failed test keep the pipes open.
  end();
  process.off("exit", end);
  return {
    code: late ? "timed out" : code,
    output: (await output).join(""),
    ms: performance.now() - startedAt,
  };
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended already.
  }
}
