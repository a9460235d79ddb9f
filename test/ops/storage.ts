import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repositoryRoot } from "../../scripts/ops/environments.ts";
import { makeCertificate } from "./certificate.ts";

/** An S3 endpoint with TLS on loopback, behind a proxy that can misbehave. */
export interface Storage {
  readonly client: Bun.S3Client;
  /** Environment of the backup scripts for this endpoint. */
  readonly env: Record<string, string>;
  /** Changes the proxy's behaviour; undefined passes everything through. */
  misbehave(how: Misbehaviour | undefined): void;
  keys(): Promise<string[]>;
  clear(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Returns a response instead of the store's, or undefined to pass the request through. `forward` calls the
 * store.
 */
export type Misbehaviour = (
  request: Request,
  forward: () => Promise<Response>,
) => Promise<Response> | undefined;

const credentials = { accessKeyId: "S3RVER", secretAccessKey: "S3RVER" };

/** Starts the endpoint with a self-signed certificate, trusted by the scripts' environment only. */
export async function startStorage(): Promise<Storage> {
  const folder = await mkdtemp(join(tmpdir(), "atelier-storage-"));
  const { cert, key } = makeCertificate(folder);
  // Written for Node; under Bun it sometimes stores an upload as zero bytes.
  const runtime = Bun.which("node") ?? process.execPath;
  const child = Bun.spawn([runtime, join(import.meta.dir, "s3-endpoint.cjs"), folder], {
    cwd: repositoryRoot(),
    stdout: "pipe",
    stderr: "ignore",
  });
  const port = Number(
    new TextDecoder().decode((await child.stdout.getReader().read()).value).trim(),
  );
  if (!(port > 0)) throw new Error("the S3 endpoint did not start");
  let how: Misbehaviour | undefined;
  const door = Bun.serve({
    port: 0,
    hostname: "localhost",
    tls: { cert: Bun.file(cert), key: Bun.file(key) },
    maxRequestBodySize: 2 ** 30,
    idleTimeout: 60,
    fetch: async (request) => {
      const url = new URL(request.url);
      const forward = async () => {
        const answer = await fetch(`http://127.0.0.1:${port}${url.pathname}${url.search}`, {
          method: request.method,
          headers: request.headers,
          redirect: "manual",
          decompress: false,
          ...(["GET", "HEAD"].includes(request.method)
            ? {}
            : { body: await request.arrayBuffer() }),
        });
        return new Response(
          request.method === "HEAD" || answer.status === 204 ? null : await answer.arrayBuffer(),
          answer,
        );
      };
      return how?.(request, forward) ?? forward();
    },
  });
  const client = new Bun.S3Client({
    bucket: "backups",
    endpoint: `http://127.0.0.1:${port}`,
    region: "us-east-1",
    ...credentials,
  });
  const keys = async () =>
    ((await client.list({})).contents ?? []).map((object) => object.key).sort();
  return {
    client,
    keys,
    env: {
      BACKUP_BUCKET: "backups",
      BACKUP_ENDPOINT: `https://localhost:${door.port}`,
      NODE_EXTRA_CA_CERTS: cert,
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    },
    misbehave: (next) => {
      how = next;
    },
    clear: async () => {
      for (const name of await keys()) await client.delete(name);
    },
    stop: async () => {
      await door.stop(true);
      child.kill();
      await child.exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
