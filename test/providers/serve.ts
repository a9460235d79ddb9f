/**
 * Runs one of the test providers by hand:
 *   bun test/providers/serve.ts anthropic --port 4010 --chunk-ms 20 --reasoning "Let me see."
 *   bun test/providers/serve.ts openai --port 4011 --text-file answer.md --fault '{"kind":"cut","afterBytes":900}'
 * Any key is accepted. Point a provider's address at what it prints. Ctrl-C stops it.
 */

import { parseArgs } from "node:util";
import { anthropicServer } from "./anthropic-server.ts";
import { googleServer } from "./google-server.ts";
import { openAiServer } from "./openai-server.ts";
import type { Fault } from "./scenario.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    port: { type: "string", default: "0" },
    "chunk-ms": { type: "string", default: "20" },
    "delta-chars": { type: "string", default: "12" },
    text: { type: "string" },
    "text-file": { type: "string" },
    reasoning: { type: "string" },
    endless: { type: "boolean", default: false },
    fault: { type: "string" },
  },
});

const servers = new Map([
  ["anthropic", anthropicServer],
  ["google", googleServer],
  ["openai", openAiServer],
]);
const kind = positionals[0] ?? "anthropic";
const server = servers.get(kind)?.().start(Number(values.port));
if (server === undefined) throw new Error(`No such provider: ${kind}`);
const text = values["text-file"] ? await Bun.file(values["text-file"]).text() : values.text;
const fault: Fault | undefined = values.fault ? JSON.parse(values.fault) : undefined;

server.scenario = {
  chunkMs: Number(values["chunk-ms"]),
  deltaChars: Number(values["delta-chars"]),
  endless: values.endless,
  ...(text === undefined ? {} : { text }),
  ...(values.reasoning === undefined ? {} : { reasoning: values.reasoning }),
  ...(fault === undefined ? {} : { fault }),
};
process.stdout.write(`${kind === "openai" ? `${server.origin}/v1` : server.origin}\n`);
process.on("SIGINT", () => {
  server.stop();
  process.exit();
});
process.on("SIGTERM", () => {
  server.stop();
  process.exit();
});
