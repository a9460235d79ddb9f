/**
 * A thread of 2,000 messages: opening it over the API and in a browser, reading all of it, asking in it.
 *   scripts/bun test/bench/thread.bench.ts [messages, 2000]
 *
 * The raw baseline of reading all is the same rows through postgres.js and JSON alone, in this process.
 */
import { z } from "zod";
import { openDatabase } from "../../src/platform/db/client.ts";
import { openAiServer } from "../providers/openai-server.ts";
import { launchBrowser } from "../support/browser.ts";
import { offerModel, percentile, startBenchServer } from "./processes.ts";

const MESSAGES = Number(process.argv[2] ?? 2_000);
const ROUNDS = 30;
const TEXT = "The **rent** is 1,200 euros a month, as agreed in the second section.\n\n".repeat(10);

const server = await startBenchServer({ ATELIER_PROVIDER_PRIVATE_HOSTS: "true" });
const database = openDatabase({ url: server.databaseUrl, poolMax: 1 });
const provider = openAiServer().start();
let askedAt = 0;
const untilAsked: number[] = [];
provider.scenario = () => {
  untilAsked.push(performance.now() - askedAt);
  return { text: "Yes." };
};
try {
  const modelId = await offerModel(server, provider.origin);
  const threadId = await made("POST", `/projects/${server.projectId}/threads`, {});
  const leafId = await fill(threadId);

  let bytes = 0;
  const opened = await times(async () => {
    bytes = (await (await server.request("GET", `/threads/${threadId}`)).text()).length;
  });
  const pages = z.object({ items: z.array(z.unknown()), nextCursor: z.string().nullable() });
  const read = await times(async () => {
    let found = 0;
    for (let cursor: string | null = ""; cursor !== null; ) {
      const query = cursor === "" ? "limit=200" : `limit=200&cursor=${cursor}`;
      const answer = await server.request("GET", `/threads/${threadId}/messages?${query}`);
      const page = pages.parse(await answer.json());
      found += page.items.length;
      cursor = page.nextCursor;
    }
    if (found !== MESSAGES) throw new Error("Messages are missing");
  });
  const raw = await times(async () => {
    JSON.stringify(
      await database.sql`select * from messages where thread_id = ${threadId} order by id`,
    );
  });
  report(`opening, ${(bytes / 1000).toFixed(0)} KB of JSON`, opened);
  report(`read of all ${MESSAGES} messages, 200 at once`, read);
  report("the same rows through the driver alone", raw);

  const browser = await launchBrowser();
  try {
    const [name = "", value = ""] = server.cookie.split("=", 2);
    const context = await browser.newContext({ baseURL: server.url });
    await context.addCookies([{ name, value, url: server.url }]);
    const page = await context.newPage();
    const shown = await times(async () => {
      await page.goto(`/threads/${threadId}`);
      await page.getByText("The last answer.").waitFor();
    }, 8);
    report("from the address to the last answer on the screen", shown);
  } finally {
    await browser.close();
  }

  let parentId = leafId;
  for (let round = 0; round < ROUNDS; round++) {
    askedAt = performance.now();
    const sent = await server.request("POST", `/threads/${threadId}/messages`, {
      text: "Is it still so?",
      parentId,
      modelId,
    });
    const begun = z
      .object({ generationId: z.string(), assistantMessage: z.object({ id: z.string() }) })
      .parse(await sent.json());
    await (await server.request("GET", `/generations/${begun.generationId}/events`)).text();
    parentId = begun.assistantMessage.id;
  }
  report("from asking in it until the provider has the request", untilAsked);
} finally {
  provider.stop();
  await database.close();
  await server.stop();
}

/** Questions and answers in turn, one branch. @returns the last answer. */
async function fill(threadId: string): Promise<string> {
  const ids = Array.from({ length: MESSAGES }, () => Bun.randomUUIDv7());
  await database.sql`
    with numbered as (
      select n, id from unnest(${ids}::uuid[]) with ordinality as made(id, n)
    ), placed as (
      select n, id, lag(id) over (order by n) as parent from numbered
    )
    insert into messages (id, thread_id, parent_id, role, parts, status, created_at)
    select id, ${threadId}, parent, case when n % 2 = 1 then 'user' else 'assistant' end,
      jsonb_build_array(jsonb_build_object('type', 'text', 'text',
        case when n = ${MESSAGES} then 'The last answer.' || ${TEXT}::text else ${TEXT}::text end)),
      'complete', now()
    from placed`;
  const [last] = z.array(z.object({ id: z.string() })).parse([
    ...(await database.sql`
        select id from messages m where thread_id = ${threadId}
          and not exists (select from messages c where c.parent_id = m.id)`),
  ]);
  if (!last) throw new Error("The thread is empty");
  await database.sql`update threads set leaf_id = ${last.id}, title = 'Long' where id = ${threadId}`;
  return last.id;
}

async function made(method: string, path: string, body: unknown): Promise<string> {
  const answer = await server.request(method, path, body);
  return z.object({ id: z.string() }).parse(await answer.json()).id;
}

async function times(work: () => Promise<void>, rounds = ROUNDS): Promise<number[]> {
  const found: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const at = performance.now();
    await work();
    found.push(performance.now() - at);
  }
  return found;
}

function report(what: string, ms: number[]): void {
  console.log(
    `${what}: p50 ${percentile(ms, 0.5).toFixed(1)}, p95 ${percentile(ms, 0.95).toFixed(1)} ms`,
  );
}
