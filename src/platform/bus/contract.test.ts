import { afterAll, expect, test } from "bun:test";
import { createTestDatabase } from "../../../test/support/database.ts";
import { until } from "../../../test/support/generation.ts";
import { slowness } from "../../../test/support/slowness.ts";
import { startValkey } from "../../../test/support/valkey.ts";
import { openDatabase } from "../db/client.ts";
import { DatabaseUnavailableError } from "../db/errors.ts";
import { createLogger } from "../observability/logger.ts";
import { valkeyClient } from "../valkey-client.ts";
import { type Bus, Listeners } from "./bus.ts";
import { memoryBus } from "./memory.ts";
import { postgresBus } from "./postgres.ts";
import { valkeyBus } from "./valkey.ts";

/** The same bus as seen by two processes, and a way to break its connections. */
interface Ends {
  here: Bus;
  there: Bus;
  breakConnections?: () => Promise<void>;
}

const logger = createLogger("silent");
const testDatabase = await createTestDatabase();
const clients = [1, 2, 3].map(() => openDatabase({ url: testDatabase.url, poolMax: 2 }));
const [one, two, three] = clients;
if (one === undefined || two === undefined || three === undefined) throw new Error("No database");
const valkey = await startValkey();
const shared = memoryBus();
// This fallback reaches no other process, so everything that arrives there came through Valkey.
const overValkey = (processId: string) =>
  valkeyBus({ url: valkey.url, processId, fallback: memoryBus(), logger });

const buses: Record<string, Ends> = {
  memory: { here: shared, there: shared },
  postgres: {
    here: await postgresBus(one.sql, "here"),
    there: await postgresBus(two.sql, "there"),
    breakConnections: async () => {
      await three.sql`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()`;
    },
  },
  valkey: {
    here: overValkey("here"),
    there: overValkey("there"),
    breakConnections: async () => {
      await valkey.kill();
      await valkey.start();
    },
  },
};

afterAll(async () => {
  for (const { here, there } of Object.values(buses)) {
    await here.close();
    if (there !== here) await there.close();
  }
  for (const client of clients) await client.close();
  await valkey.kill();
  await testDatabase.drop();
});

/** Publishes until it arrives; how long a reconnect takes is not part of the contract. */
async function connected({ here, there }: Ends): Promise<void> {
  let heard = false;
  const quit = there.subscribe("hello", () => {
    heard = true;
  });
  await until(async () => {
    await here.publish("hello", "").catch(() => {});
    await Bun.sleep(20);
    return heard;
  });
  quit();
}

for (const [name, ends] of Object.entries(buses)) {
  const { here, there, breakConnections } = ends;

  test(`${name}: a message reaches each subscriber of its topic once, in both processes, in order and unchanged`, async () => {
    await connected(ends);
    const heard: string[][] = [[], [], []];
    const quits = [here, here, there].map((bus, index) =>
      bus.subscribe("topic", (payload) => heard[index]?.push(payload)),
    );
    const other: string[] = [];
    quits.push(there.subscribe("another", (payload) => other.push(payload)));
    const sent = [
      "",
      "a b  c",
      "Grüße, 世界 🏠",
      'line\nbreak "quoted"',
      "x".repeat(7_000),
      "last",
    ];
    for (const payload of sent) await here.publish("topic", payload);
    // Any duplicate would have arrived before the last message.
    let ended = 0;
    for (const bus of [here, there]) quits.push(bus.subscribe("end", () => ended++));
    await here.publish("end", "");
    await until(() => ended >= 2);
    expect(heard).toEqual([sent, sent, sent]);
    expect(other).toEqual([]);
    for (const quit of quits) quit();
  });

  test(`${name}: after unsubscribing a listener receives nothing, the others still do`, async () => {
    await connected(ends);
    const left: string[] = [];
    const stayed: string[] = [];
    const quit = there.subscribe("topic", (payload) => left.push(payload));
    const quitOther = there.subscribe("topic", (payload) => stayed.push(payload));
    quit();
    await here.publish("topic", "after");
    await until(() => stayed.length === 1);
    expect(left).toEqual([]);
    quitOther();
  });

  if (breakConnections !== undefined) {
    test(`${name}: after a reconnect listeners are told of a gap, and messages flow again`, async () => {
      await connected(ends);
      let gaps = 0;
      const quit = there.onGap(() => {
        gaps++;
      });
      await breakConnections();
      await until(() => gaps > 0);
      await connected(ends);
      quit();
    });
  }
}

test("a listener that unsubscribes during delivery receives nothing more and does not disturb others", async () => {
  const heard: string[] = [];
  const quits: (() => void)[] = [];
  const bus = memoryBus();
  const leave = () => {
    for (const quit of quits) quit();
  };
  quits.push(
    bus.subscribe("topic", (payload) => {
      heard.push(`first ${payload}`);
      leave();
    }),
  );
  bus.subscribe("topic", (payload) => heard.push(`second ${payload}`));
  await bus.publish("topic", "1");
  await bus.publish("topic", "2");
  leave();
  expect(heard).toEqual(["first 1", "second 1", "second 2"]);
});

test("postgres: the first connection is no gap, and former subscribers are told of none", async () => {
  const client = openDatabase({ url: testDatabase.url, poolMax: 2 });
  const fresh = await postgresBus(client.sql, "fresh");
  let gaps = 0;
  let left = 0;
  const quit = fresh.onGap(() => left++);
  fresh.onGap(() => gaps++);
  await connected({ here: buses.postgres?.there ?? fresh, there: fresh });
  expect(gaps).toBe(0);
  quit();
  await three.sql`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`;
  await until(() => gaps === 1);
  expect(left).toBe(0);
  await fresh.close();
  await client.close();
});

test("both channels are the ones that processes of other releases use", async () => {
  const heard: string[] = [];
  const quits = [buses.postgres, buses.valkey].map((ends) =>
    ends?.here.subscribe("topic", (payload) => heard.push(payload)),
  );
  await connected(buses.valkey ?? { here: shared, there: shared });
  await three.sql.notify("atelier", "another topic by postgres");
  const client = valkeyClient(valkey.url);
  await client.connect();
  await client.publish("atelier", "another topic by valkey");
  await until(() => heard.length === 2);
  expect(heard.toSorted()).toEqual(["by postgres", "by valkey"]);
  for (const quit of quits) quit?.();
  client.close();
});

test("postgres: a database that does not answer is named as such", async () => {
  const gone = openDatabase({ url: "postgres://nobody@127.0.0.1:1/none", poolMax: 1 });
  await expect(postgresBus(gone.sql, "gone")).rejects.toBeInstanceOf(DatabaseUnavailableError);
  await gone.close();
  const client = openDatabase({ url: testDatabase.url, poolMax: 2 });
  const bus = await postgresBus(client.sql, "ended");
  const heard: string[] = [];
  bus.subscribe("topic", (payload) => heard.push(payload));
  await client.close();
  await expect(bus.publish("topic", "here")).rejects.toBeInstanceOf(DatabaseUnavailableError);
  expect(heard).toEqual(["here"]);
});

test("valkey: a gap of the fallback is told as well, until its listener leaves", async () => {
  const line = new Listeners();
  const fallback: Bus = { ...memoryBus(), onGap: (listener) => line.onGap(listener) };
  const bus = valkeyBus({ url: "redis://127.0.0.1:1", processId: "1", fallback, logger });
  let gaps = 0;
  const quit = bus.onGap(() => gaps++);
  line.gap();
  expect(gaps).toBe(1);
  quit();
  line.gap();
  expect(gaps).toBe(1);
  await bus.close();
});

test("valkey: a subscription ends on the fallback too, and closing closes it", async () => {
  const line = memoryBus();
  let closed = false;
  const fallback: Bus = {
    ...line,
    close: async () => {
      closed = true;
    },
  };
  const bus = valkeyBus({ url: "redis://127.0.0.1:1", processId: "1", fallback, logger });
  const heard: string[] = [];
  const quit = bus.subscribe("topic", (payload) => heard.push(payload));
  await line.publish("topic", "1");
  quit();
  await line.publish("topic", "2");
  expect(heard).toEqual(["1"]);
  await bus.close();
  expect(closed).toBe(true);
});

test("while Valkey is down messages go over the fallback, immediately and once", async () => {
  const line = memoryBus();
  const here = valkeyBus({ url: valkey.url, processId: "1", fallback: line, logger });
  const there = valkeyBus({ url: valkey.url, processId: "2", fallback: line, logger });
  await connected({ here, there });
  const heard: string[] = [];
  there.subscribe("topic", (payload) => heard.push(payload));
  await valkey.kill();
  const askedAt = performance.now();
  await here.publish("topic", "without");
  await until(() => heard.length > 0);
  expect(performance.now() - askedAt).toBeLessThan(1_500 * slowness());
  await valkey.start();
  await until(async () => {
    await here.publish("topic", "again");
    return heard.filter((payload) => payload === "again").length > 2;
  });
  expect(heard.filter((payload) => payload === "without")).toEqual(["without"]);
  await here.close();
  await there.close();
});

test("a Valkey that was never reachable does not keep the process from starting, running or closing", async () => {
  const alone = valkeyBus({
    url: "redis://127.0.0.1:1",
    processId: "1",
    fallback: memoryBus(),
    logger,
  });
  const heard: string[] = [];
  alone.subscribe("topic", (payload) => heard.push(payload));
  await alone.publish("topic", "all the same");
  expect(heard).toEqual(["all the same"]);
  await alone.close();
});
