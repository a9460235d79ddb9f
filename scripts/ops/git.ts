import { Refusal, run, succeed } from "./command-line.ts";

/** Ends the script when tracked files have uncommitted changes. */
export async function requireClean(root: string): Promise<void> {
  const status = await succeed(["git", "status", "--porcelain", "--untracked-files=no"], {
    cwd: root,
  });
  if (status !== "")
    throw new Refusal(`the work tree has changes that are not committed:\n${status}`);
}

/** Commits exactly these paths with this message. */
export async function commit(
  root: string,
  paths: readonly string[],
  message: string,
): Promise<void> {
  await succeed(["git", "add", "--", ...paths], { cwd: root });
  await succeed(["git", "commit", "--quiet", "--message", message, "--", ...paths], { cwd: root });
}

/** The commits that touched a path, newest first. */
export async function history(root: string, path: string): Promise<string[]> {
  const { code, stdout } = await run(["git", "log", "--format=%H", "--", path], { cwd: root });
  return code === 0 ? stdout.split("\n").filter((line) => line !== "") : [];
}

/** A file's text in a commit. */
export const fileAt = (root: string, revision: string, path: string): Promise<string> =>
  succeed(["git", "show", `${revision}:${path}`], { cwd: root });
