import { z } from "zod";
import {
  type Generation,
  generation,
  type LogEvent,
  logEvent,
  startedAnswer,
} from "../../src/features/generation/schema.ts";
import { KEY_PURPOSE } from "../../src/features/models/open-adapter.ts";
import { models, providers } from "../../src/features/models/tables.ts";
import { type ThreadDetail, threadDetail } from "../../src/features/threads/schema.ts";
import type { Deps } from "../../src/platform/deps.ts";
import type { ConnectableKind } from "../../src/providers/port.ts";
import type { WireServer } from "../providers/wire-server.ts";
import type { Caller, Person } from "./app.ts";
import { eventually } from "./eventually.ts";
import { read, readId } from "./read.ts";

/** Prices of the model that tests ask, in micro-USD per million tokens. */
export const TEST_PRICES = {
  input: 3_000_000,
  cacheRead: 300_000,
  cacheWrite: 3_750_000,
  output: 15_000_000,
};

/** Offers a wire-format server's model in the workspace. @returns the model's id. */
export async function connectServer(
  { deps }: { deps: Pick<Deps, "database" | "ids" | "secrets"> },
  server: WireServer,
  kind: ConnectableKind,
): Promise<string> {
  const { database, ids, secrets } = deps;
  const providerId = ids.next();
  const modelId = ids.next();
  await database.db.insert(providers).values({
    id: providerId,
    kind,
    name: `${kind} ${providerId}`,
    baseUrl: kind === "openai" ? `${server.origin}/v1` : server.origin,
    sealedKey: secrets.seal(server.apiKey ?? "test-key", KEY_PURPOSE),
    keyHint: "-key",
    origin: "admin",
  });
  await database.db.insert(models).values({
    id: modelId,
    providerId,
    name: `${kind}-test`,
    displayName: `Test ${kind}`,
    contextWindow: 128_000,
    maxOutputTokens: 4_096,
    priceTiers: [{ aboveInputTokens: 0, prices: TEST_PRICES }],
    priceVersion: "test 2026-01-01",
  });
  return modelId;
}

/** A thread in the person's personal project. */
export async function newThread(person: Person): Promise<string> {
  return readId(await person.post(`/projects/${person.me.personalProjectId}/threads`, {}));
}

export interface Asked {
  threadId: string;
  questionId: string;
  answerId: string;
  generationId: string;
}

/** Asks in a new or a given thread and does not wait for the answer. */
export async function ask(
  person: Person,
  input: { threadId?: string; text?: string; modelId?: string; parentId?: string | null },
): Promise<Asked> {
  const threadId = input.threadId ?? (await newThread(person));
  const { text = "How high is the rent?", modelId, parentId = null } = input;
  const response = await person.post(`/threads/${threadId}/messages`, {
    text,
    parentId,
    ...(modelId === undefined ? {} : { modelId }),
  });
  if (response.status !== 202)
    throw new Error(`asking answered ${response.status}: ${await response.text()}`);
  const begun = await read(response, startedAnswer);
  return {
    threadId,
    questionId: begun.userMessage.id,
    answerId: begun.assistantMessage.id,
    generationId: begun.generationId,
  };
}

export interface StreamedEvent {
  id: number;
  event: LogEvent;
}

/** Reads an answer's event stream after a number, to its end or for a number of events. */
export async function readEvents(
  caller: Caller,
  generationId: string,
  options: { after?: number; atMost?: number } = {},
): Promise<StreamedEvent[]> {
  const response = await caller.get(
    `/generations/${generationId}/events?after=${options.after ?? 0}`,
  );
  if (response.status !== 200 || response.body === null)
    throw new Error(`events answered ${response.status}`);
  const events: StreamedEvent[] = [];
  for await (const event of parseEvents(response.body)) {
    events.push(event);
    if (events.length === options.atMost) break;
  }
  return events;
}

/** Parses an event stream as a browser would. */
export async function* parseEvents(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<StreamedEvent> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of body) {
    rest += decoder.decode(bytes, { stream: true });
    const blocks = rest.split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const field = (name: string) =>
        block
          .split("\n")
          .find((line) => line.startsWith(`${name}: `))
          ?.slice(name.length + 2);
      const data = field("data");
      if (data !== undefined)
        yield { id: z.coerce.number().parse(field("id")), event: logEvent.parse(JSON.parse(data)) };
    }
  }
}

/** The text that events carry. */
export function textOf(events: StreamedEvent[]): string {
  return events.map(({ event }) => (event.type === "delta" ? event.text : "")).join("");
}

export async function readThread(caller: Caller, threadId: string): Promise<ThreadDetail> {
  return read(await caller.get(`/threads/${threadId}`), threadDetail);
}

export async function readGeneration(caller: Caller, generationId: string): Promise<Generation> {
  return read(await caller.get(`/generations/${generationId}`), generation);
}

/** {@link eventually} for what needs no words. */
export async function until(
  holds: () => Promise<boolean> | boolean,
  boundMs?: number,
): Promise<void> {
  await eventually("what the test waits for", holds, boundMs);
}
