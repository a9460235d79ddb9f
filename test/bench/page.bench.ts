/**
 * Largest Contentful Paint of a chat of 20 messages on a slow phone: CPU four times slower, 1.6 Mbit/s, 150 ms
 * (the throttling of Lighthouse's mobile runs), nothing cached. Build the front end first.
 *   scripts/bun test/bench/page.bench.ts [rounds, 5]
 *
 * The raw baseline of the same run is the same text as one HTML page without scripts, from a bare `Bun.serve`.
 */
import type { Browser } from "playwright-core";
import { z } from "zod";
import { openDatabase } from "../../src/platform/db/client.ts";
import { launchBrowser } from "../support/browser.ts";
import { median, startBenchServer } from "./processes.ts";

const ROUNDS = Number(process.argv[2] ?? 5);
const MESSAGES = 20;
const SLOW_CPU = 4;
const SLOW_LINE = {
  offline: false,
  latency: 150,
  downloadThroughput: 1_600_000 / 8,
  uploadThroughput: 750_000 / 8,
};
const TEXT =
  "The **rent** is 1,200 euros a month, as agreed in the second section:\n\n1. due on the third working day,\n2. by transfer.\n\n".repeat(
    4,
  );

/** Nothing larger is painted this long after the messages. */
const SETTLED_MS = 1_000;

/** Runs in the page. */
const LAST_PAINT = `new Promise((resolve) => {
  new PerformanceObserver((list) => resolve(list.getEntries().at(-1).startTime))
    .observe({ type: "largest-contentful-paint", buffered: true });
})`;

const server = await startBenchServer();
const database = openDatabase({ url: server.databaseUrl, poolMax: 1 });
const plain = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch: () =>
    new Response(
      Bun.gzipSync(`<!doctype html><title>Chat</title>${`<p>${TEXT}</p>`.repeat(MESSAGES)}`),
      {
        headers: { "content-type": "text/html", "content-encoding": "gzip" },
      },
    ),
});
const browser = await launchBrowser();
try {
  const threadId = await chat();
  const pages = { atelier: `${server.url}/threads/${threadId}`, plain: String(plain.url) };
  const found = { atelier: [] as Load[], plain: [] as Load[] };
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of ["atelier", "plain"] as const)
      found[name].push(await load(browser, pages[name]));
  }
  for (const [name, loads] of Object.entries(found)) {
    const of = (field: keyof Load) => loads.map((one) => one[field]).sort((a, b) => a - b);
    const lcp = of("lcp");
    console.log(
      `${name}: LCP ${median(lcp).toFixed(0)} ms (${lcp.map((ms) => ms.toFixed(0)).join(", ")}), ` +
        `${median(of("requests"))} requests, ${(median(of("bytes")) / 1000).toFixed(0)} KB`,
    );
  }
} finally {
  await browser.close();
  await plain.stop(true);
  await database.close();
  await server.stop();
}

interface Load {
  /** Milliseconds from the start of the navigation. */
  lcp: number;
  requests: number;
  /** As sent. */
  bytes: number;
}

async function load(from: Browser, url: string): Promise<Load> {
  const context = await from.newContext({ viewport: { width: 412, height: 823 } });
  try {
    const [name = "", value = ""] = server.cookie.split("=", 2);
    await context.addCookies([{ name, value, url: server.url }]);
    const page = await context.newPage();
    const cdp = await context.newCDPSession(page);
    await cdp.send("Network.enable");
    await cdp.send("Network.emulateNetworkConditions", SLOW_LINE);
    await cdp.send("Emulation.setCPUThrottlingRate", { rate: SLOW_CPU });
    let requests = 0;
    let bytes = 0;
    cdp.on("Network.requestWillBeSent", () => {
      requests++;
    });
    cdp.on("Network.loadingFinished", ({ encodedDataLength }) => {
      bytes += encodedDataLength;
    });
    await page.goto(url, { waitUntil: "networkidle" });
    // Before the messages, the name of the product is the largest text.
    await page.getByText("by transfer").last().waitFor();
    await page.waitForLoadState("networkidle");
    await page.waitForTimeout(SETTLED_MS);
    const lcp = z.number().parse(await page.evaluate(LAST_PAINT));
    return { lcp, requests, bytes };
  } finally {
    await context.close();
  }
}

/** A thread with questions and answers in turn. @returns its id. */
async function chat(): Promise<string> {
  const made = await server.request("POST", `/projects/${server.projectId}/threads`, {});
  const { id } = z.object({ id: z.string() }).parse(await made.json());
  const ids = Array.from({ length: MESSAGES }, () => Bun.randomUUIDv7());
  for (const [index, messageId] of ids.entries()) {
    const parts = [{ type: "text", text: TEXT }];
    await database.sql`
      insert into messages (id, thread_id, parent_id, role, parts, status)
      values (${messageId}, ${id}, ${ids[index - 1] ?? null},
        ${index % 2 === 0 ? "user" : "assistant"}, ${JSON.stringify(parts)}::text::jsonb, 'complete')`;
  }
  await database.sql`
    update threads set title = 'The rent', leaf_id = ${ids.at(-1) ?? null} where id = ${id}`;
  return id;
}
