/**
 * Entry point of a child process that tries to escape: prints which of the given files it can read, and whether
 * it reaches the network. Run confined, to check the confinement (probe-isolation.ts).
 */
import { readFileSync } from "node:fs";
import { connect } from "node:net";

const [port = "", socketPath = "", ...files] = process.argv.slice(2);

function readable(path: string): boolean {
  try {
    return readFileSync(path).length > 0;
  } catch {
    return false;
  }
}

function reaches(target: { port: number; host: string } | { path: string }): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(target);
    const end = (reached: boolean) => {
      socket.destroy();
      resolve(reached);
    };
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
  });
}

const network =
  (await reaches({ host: "127.0.0.1", port: Number(port) })) ||
  (await reaches({ path: socketPath }));
process.stdout.write(JSON.stringify({ files: files.some(readable), network }));
