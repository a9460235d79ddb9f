import { connect, createServer, type Server, type Socket } from "node:net";
import { FrontendMessages } from "./frontend-messages.ts";

/** A proxy between Atelier and its database that can be cut, or fall silent, at chosen moments. */
export interface DatabaseProxy {
  /** The database's URL, through this proxy. */
  readonly url: string;
  /** Connections accepted so far. */
  readonly accepted: number;
  /**
   * Decides about each piece that a client sends: `pass` it on, pass it on and lose the `answer`, `cut` the
   * connection first, or cut the client's side first and pass it on `late`. Default: pass.
   */
  onSend: ((bytes: Buffer, sent: Sent) => Verdict) | undefined;
  /** From now on nothing passes through the connections that are open, and neither side is told. */
  silence(): void;
  /** Passes nothing on, in neither direction, until {@link release}: a frozen database. */
  hold(): void;
  /** Passes on what was held, and everything from now on. */
  release(): void;
  /** Cuts the connections that are open. */
  cut(): void;
  close(): Promise<void>;
}

/** What a piece is part of. */
interface Sent {
  /** A number of the connection, counted from 1. */
  connection: number;
  /** The statements that the piece completes, prepared ones too. */
  statements: string[];
}

type Verdict = "pass" | "answer" | "cut" | "late";

/** How much later than the client has lost its connection the database gets what was sent. */
const LATE_MS = 700;

interface Wire {
  client: Socket;
  upstream: Socket;
  silent: boolean;
}

/** @param databaseUrl a database on a socket folder (`?host=/folder&port=5432`), as the tests' server has. */
export async function proxyTo(databaseUrl: string): Promise<DatabaseProxy> {
  const target = new URL(databaseUrl);
  const path = `${target.searchParams.get("host")}/.s.PGSQL.${target.searchParams.get("port")}`;
  const wires = new Set<Wire>();
  let accepted = 0;
  let held = false;
  const server = createServer((client) => {
    const connection = ++accepted;
    const wire: Wire = { client, upstream: connect(path), silent: false };
    wires.add(wire);
    const end = () => {
      wires.delete(wire);
      if (wire.silent) return;
      client.destroy();
      wire.upstream.destroy();
    };
    const messages = new FrontendMessages();
    let losing = false;
    client.on("data", (bytes: Buffer) => {
      if (wire.silent) return;
      const sent = { connection, statements: messages.statements(bytes) };
      const verdict = proxy.onSend?.(bytes, sent) ?? "pass";
      if (verdict === "cut") return end();
      if (verdict === "late") {
        wires.delete(wire);
        client.off("close", end).destroy();
        setTimeout(() => wire.upstream.end(bytes), LATE_MS);
        return;
      }
      if (verdict === "answer") losing = true;
      wire.upstream.write(bytes);
    });
    wire.upstream.on("data", (bytes: Buffer) => {
      if (wire.silent) return;
      if (losing) end();
      else client.write(bytes);
    });
    for (const socket of [client, wire.upstream]) socket.on("error", end).on("close", end);
    if (held) client.pause();
  });
  const port = await listen(server);
  const proxy: DatabaseProxy = {
    url: `postgres://${target.username}@127.0.0.1:${port}${target.pathname}`,
    get accepted() {
      return accepted;
    },
    onSend: undefined,
    silence: () => {
      for (const wire of wires) wire.silent = true;
    },
    hold: () => {
      held = true;
      for (const { client, upstream } of wires)
        for (const socket of [client, upstream]) socket.pause();
    },
    release: () => {
      held = false;
      for (const { client, upstream } of wires)
        for (const socket of [client, upstream]) socket.resume();
    },
    cut: () => {
      for (const { client, upstream } of wires) {
        client.destroy();
        upstream.destroy();
      }
    },
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        for (const { client, upstream } of wires) {
          client.destroy();
          upstream.destroy();
        }
      }),
  };
  return proxy;
}

/**
 * Loses the COMMIT of the next transaction that sends some text to the database.
 * @param what its answer, once it has been carried out, or the statement itself; `late`: the connection is
 * lost first, and the statement is carried out all the same.
 * @returns whether it has been lost by now.
 */
export function loseCommitAfter(
  proxy: DatabaseProxy,
  text: string,
  what: "answer" | "statement" | "late",
): () => boolean {
  const carrying = new Set<number>();
  let lost = false;
  proxy.onSend = (bytes, { connection, statements }) => {
    if (bytes.includes(text)) carrying.add(connection);
    if (lost || !statements.includes("commit") || !carrying.has(connection)) return "pass";
    lost = true;
    return what === "statement" ? "cut" : what;
  };
  return () => lost;
}

function listen(server: Server): Promise<number> {
  return new Promise((found, failed) => {
    server.on("error", failed).listen(0, "127.0.0.1", () => {
      const address = server.address();
      found(address !== null && typeof address === "object" ? address.port : 0);
    });
  });
}
