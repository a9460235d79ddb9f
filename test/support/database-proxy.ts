import { connect, createServer, type Server, type Socket } from "node:net";

/** A wire between Atelier and its database that can be cut, or fall silent, at chosen moments. */
export interface DatabaseProxy {
  /** The database's URL, through this wire. */
  readonly url: string;
  /** Connections accepted so far. */
  readonly accepted: number;
  /**
   * Decides about each piece that a client sends: `pass` it on, pass it on and lose the `answer`, or `cut`
   * the connection first. Passes everything unless set.
   */
  onSend: ((bytes: Buffer) => "pass" | "answer" | "cut") | undefined;
  /** From now on nothing passes through the connections that are open, and neither side is told. */
  silence(): void;
  /** Cuts the connections that are open. */
  cut(): void;
  close(): Promise<void>;
}

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
  const server = createServer((client) => {
    accepted++;
    const wire: Wire = { client, upstream: connect(path), silent: false };
    wires.add(wire);
    const end = () => {
      wires.delete(wire);
      if (wire.silent) return;
      client.destroy();
      wire.upstream.destroy();
    };
    let losing = false;
    client.on("data", (bytes: Buffer) => {
      if (wire.silent) return;
      const verdict = proxy.onSend?.(bytes) ?? "pass";
      if (verdict === "cut") return end();
      if (verdict === "answer") losing = true;
      wire.upstream.write(bytes);
    });
    wire.upstream.on("data", (bytes: Buffer) => {
      if (wire.silent) return;
      if (losing) end();
      else client.write(bytes);
    });
    for (const socket of [client, wire.upstream]) socket.on("error", end).on("close", end);
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

function listen(server: Server): Promise<number> {
  return new Promise((found, failed) => {
    server.on("error", failed).listen(0, "127.0.0.1", () => {
      const address = server.address();
      found(address !== null && typeof address === "object" ? address.port : 0);
    });
  });
}
