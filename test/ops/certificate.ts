import { join } from "node:path";

/** Makes a self-signed certificate for localhost. @returns the paths of its two files. */
export function makeCertificate(folder: string): { cert: string; key: string } {
  const cert = join(folder, "tls.crt");
  const key = join(folder, "tls.key");
  const made = Bun.spawnSync(
    [
      ...["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"],
      ...["-keyout", key, "-out", cert],
      ...["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
    ],
    { stderr: "pipe" },
  );
  if (made.exitCode !== 0) throw new Error(`openssl: ${made.stderr.toString()}`);
  return { cert, key };
}
