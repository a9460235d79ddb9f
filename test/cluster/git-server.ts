import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { succeed } from "../../scripts/ops/command-line.ts";

/** A repository that can be cloned over HTTP from loopback, and a work tree that pushes to it. */
export interface GitServer {
  readonly url: string;
  readonly tree: string;
  /** Commits everything in the work tree, pushes it and answers with the commit. */
  push(message: string): Promise<string>;
  git(...args: string[]): Promise<string>;
  stop(): Promise<void>;
}

/** Serves a new repository through git's own http-backend. */
export async function startGitServer(): Promise<GitServer> {
  const folder = await mkdtemp(join(tmpdir(), "atelier-git-"));
  const tree = join(folder, "tree");
  const env = {
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_SYSTEM: "/dev/null",
    GIT_AUTHOR_NAME: "Test",
    GIT_AUTHOR_EMAIL: "test@example.com",
    GIT_COMMITTER_NAME: "Test",
    GIT_COMMITTER_EMAIL: "test@example.com",
  };
  await succeed(
    ["git", "init", "--quiet", "--bare", "--initial-branch=main", join(folder, "atelier.git")],
    { env },
  );
  await succeed(["git", "init", "--quiet", "--initial-branch=main", tree], { env });
  const git = (...args: string[]) => succeed(["git", ...args], { cwd: tree, env });
  await git("remote", "add", "origin", join(folder, "atelier.git"));
  await git("config", "user.name", "Test");
  await git("config", "user.email", "test@example.com");
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: (request) => backend(request, folder),
  });
  return {
    url: `http://127.0.0.1:${server.port}/atelier.git`,
    tree,
    git,
    push: async (message) => {
      await git("add", "--all");
      await git("commit", "--quiet", "--allow-empty", "--message", message);
      await git("push", "--quiet", "origin", "main");
      return (await git("rev-parse", "HEAD")).trim();
    },
    stop: async () => {
      await server.stop(true);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** One request through git-http-backend(1), by the rules of CGI (RFC 3875). */
async function backend(request: Request, folder: string): Promise<Response> {
  const url = new URL(request.url);
  const body = new Uint8Array(await request.arrayBuffer());
  const child = Bun.spawn(["git", "http-backend"], {
    stdin: body,
    stdout: "pipe",
    stderr: "ignore",
    env: {
      PATH: process.env.PATH ?? "",
      GIT_PROJECT_ROOT: folder,
      GIT_HTTP_EXPORT_ALL: "1",
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers.get("content-type") ?? "",
      CONTENT_LENGTH: String(body.length),
      HTTP_CONTENT_ENCODING: request.headers.get("content-encoding") ?? "",
      GIT_PROTOCOL: request.headers.get("git-protocol") ?? "",
    },
  });
  const output = await new Response(child.stdout).bytes();
  const end = Buffer.from(output).indexOf("\r\n\r\n");
  const headers = new Headers();
  let status = 200;
  for (const line of Buffer.from(output.subarray(0, end)).toString().split("\r\n")) {
    const [name = "", value = ""] = line.split(/: (.*)/);
    if (name === "Status") status = Number.parseInt(value, 10);
    else headers.set(name, value);
  }
  return new Response(output.slice(end + 4), { status, headers });
}
