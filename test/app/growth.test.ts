import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { z } from "zod";
import { createTestApp, type Person, type TestApp } from "../support/app.ts";
import { RARE_ACTION, seedGrowth } from "../support/growth.ts";
import { queriesOf, readsOf } from "../support/query-reads.ts";

/**
 * What a page of a list reads does not grow with the workspace: every statement behind it is explained in a
 * workspace of some size, and counted.
 */

setDefaultTimeout(120_000);

/** Tables that grow with use; each has thousands of rows here. */
const GROWING = [
  "threads",
  "messages",
  "projects",
  "project_members",
  "ledger",
  "audit_log",
  "audit_seals",
  "files",
  "file_versions",
  "text_chunks",
];
/** Files of the large project: a twentieth. */
const FILES_OF_PROJECT = 1_000;
/** Rows of one table that a page of 50 may read. */
const PAGE_READS = 260;

let app: TestApp;
let heavy: Person;
let light: Person;
let projectId: string;
/** One of the projects of which the second person is a member. */
let smallId: string;
const longAgo = new Date(Date.now() - 200 * 86_400_000).toISOString();

beforeAll(async () => {
  app = await createTestApp();
  heavy = await app.person("Ada");
  light = await app.person("Bob");
  projectId = heavy.me.personalProjectId ?? "";
  await seedGrowth(
    app.owner.sql,
    {
      projects: 4_000,
      threads: 20_000,
      messagesPerThread: 2,
      ledger: 40_000,
      audit: 40_000,
      files: 20_000,
    },
    { userId: heavy.me.id, projectId },
  );
  await app.owner.sql`
    insert into project_members (project_id, principal_id, role)
    select id, ${light.me.id}::uuid, 'viewer' from projects order by updated_at desc offset 20 limit 20
    on conflict do nothing`;
  const [small] = await app.owner.sql`
    select project_id from project_members where principal_id = ${light.me.id} and role = 'viewer' limit 1`;
  smallId = z.string().parse(small?.project_id);
});
afterAll(() => app.close());

const page = z.object({ items: z.array(z.unknown()), nextCursor: z.string().nullable() });

const selectsOf = async (person: Person, path: string) => {
  let read: z.infer<typeof page> = { items: [], nextCursor: null };
  const sent = await queriesOf(app, async () => {
    read = page.parse(await (await person.get(path)).json());
  });
  return { ...read, selects: sent.filter(({ text }) => /^\s*(select|with)/i.test(text)) };
};

interface Listing {
  person: Person;
  path: string;
  /** The same list as most callers ask for it, whose plan the server may have kept. */
  usual?: { person: Person; path: string };
  /** Least number of items on the first page. */
  least?: number;
  /** Most rows of a table that a statement may read. */
  most?: number;
}

/** Reads a report, and expects it to read little. */
async function expectSmall(person: Person, path: string, most: number): Promise<void> {
  const sent = await queriesOf(app, async () => {
    expect((await person.get(path)).status).toBe(200);
  });
  expect(sent.length).toBeGreaterThan(0);
  for (const query of sent) {
    const { text, rows } = await readsOf(app, query, query);
    for (const table of [...GROWING, "usage_by_day"])
      expect({ text, table, rows: rows[table] ?? 0 }).toSatisfy((read) => read.rows <= most);
  }
}

/** Reads two pages of a list, the second from the cursor of the first, and expects each to read little. */
async function expectFlat({
  person,
  path,
  usual = { person, path },
  least = 50,
  most = PAGE_READS,
}: Listing) {
  const paged = (to: string, cursor: string | null) =>
    cursor === null ? to : `${to}${to.includes("?") ? "&" : "?"}cursor=${cursor}`;
  let cursor: string | null = null;
  for (let pages = 0; pages < 2; pages++) {
    const first = await selectsOf(person, paged(path, cursor));
    const warm = await selectsOf(usual.person, paged(usual.path, cursor));
    if (pages === 0) expect(first.items.length).toBeGreaterThanOrEqual(least);
    expect(first.selects.length).toBeGreaterThan(0);
    for (const query of first.selects) {
      const same = warm.selects.find(({ text }) => text === query.text) ?? query;
      const { text, rows } = await readsOf(app, query, same);
      for (const table of GROWING) {
        const read = { text, table, rows: rows[table] ?? 0 };
        expect(read).toSatisfy(({ rows }) => rows <= most);
      }
    }
    cursor = first.nextCursor;
    if (cursor === null) return;
  }
}

describe("a page reads little, however much there is", () => {
  test("of the threads of a large project", () =>
    expectFlat({
      person: heavy,
      path: `/projects/${projectId}/threads`,
      usual: { person: light, path: `/projects/${smallId}/threads` },
    }));
  test("of the recent threads of somebody in every project", () =>
    expectFlat({
      person: heavy,
      path: "/threads",
      usual: { person: light, path: "/threads" },
      most: 900,
    }));
  test("of the recent threads of somebody in a few projects", () =>
    expectFlat({ person: light, path: "/threads?limit=10", least: 10, most: 900 }));
  test("of the files of a large project", () =>
    expectFlat({
      person: heavy,
      path: `/projects/${projectId}/files`,
      usual: { person: light, path: `/projects/${smallId}/files` },
    }));
  test("of the projects of somebody in every project", () =>
    expectFlat({
      person: heavy,
      path: "/projects",
      usual: { person: light, path: "/projects" },
      most: 900,
    }));
  test("of the projects of somebody in a few", () =>
    expectFlat({ person: light, path: "/projects?limit=10", least: 10 }));
  for (const [name, query, usual] of [
    ["of everything", () => "limit=50"],
    ["of a large project", () => `projectId=${projectId}`, () => `projectId=${smallId}`],
    ["of a rare action", () => `action=${RARE_ACTION}`, () => "action=message.sent"],
    ["of a common action", () => "action=message.sent", () => `action=${RARE_ACTION}`],
    ["of a person", () => `actorId=${heavy.me.id}`, () => `actorId=${light.me.id}`],
    ["of an old period", () => `until=${longAgo}`, () => `until=${new Date().toISOString()}`],
    ["of changes", () => "kind=change"],
    ["of refusals", () => "kind=refusal"],
  ] as const)
    test(`of the audit log ${name}`, () =>
      expectFlat({
        person: heavy,
        path: `/admin/audit?${query()}`,
        usual: { person: heavy, path: `/admin/audit?${(usual ?? query)()}` },
        least: name === "of refusals" ? 0 : name === "of a rare action" ? 20 : 50,
      }));
});

describe("a page of a long thread reads its own messages", () => {
  const MESSAGES = 3_000;
  /** Questions and answers in turn; every fifth message has a second version. */
  const longThread = async () => {
    const made = await heavy.post(`/projects/${projectId}/threads`, {});
    const { id } = z.object({ id: z.string() }).parse(await made.json());
    const ids = Array.from({ length: MESSAGES }, () => Bun.randomUUIDv7());
    const others = ids.map((_, index) => (index % 5 === 4 ? Bun.randomUUIDv7() : null));
    await app.owner.sql`
      with numbered as (
        select n, id, other, lag(id) over (order by n) as parent
        from unnest(${ids}::uuid[], ${others}::uuid[]) with ordinality as made(id, other, n)
      )
      insert into messages (id, thread_id, parent_id, role, parts, status, created_at)
      select version, ${id}, parent, case when n % 2 = 1 then 'user' else 'assistant' end,
        '[]', 'complete', now() - (${MESSAGES} - n) * interval '1 s'
      from numbered cross join lateral unnest(array[other, id]) as version where version is not null`;
    await app.owner.sql`update threads set leaf_id = ${ids.at(-1) ?? null} where id = ${id}`;
    await app.owner.sql`vacuum analyze messages`;
    return { id, ids };
  };

  test("at its end and before it, and opened whole", async () => {
    const { id, ids } = await longThread();
    await expectFlat({ person: heavy, path: `/threads/${id}/messages` });
    await expectFlat({ person: heavy, path: `/threads/${id}/messages?through=${ids.at(-40)}` });
    await expectSmall(heavy, `/threads/${id}`, PAGE_READS);
  });
});

describe("a report reads a row for each day and model, however many calls there were", () => {
  test("of a project", () => expectSmall(heavy, `/projects/${projectId}/usage`, 90 * 5));
  test("of a person", () => expectSmall(heavy, "/me/usage", 90 * 5));
});

test("a question in a large project reads the files that may fit, and stores what it sent in 16 KB", async () => {
  const thread = z.object({ id: z.string() });
  const { id } = thread.parse(
    await (await heavy.post(`/projects/${projectId}/threads`, {})).json(),
  );
  const sent = await queriesOf(app, async () => {
    const asked = await heavy.post(`/threads/${id}/messages`, { text: "How high is the rent?" });
    expect(asked.status).toBe(202);
  });
  const selects = sent.filter(({ text }) => /^\s*(select|with)/i.test(text));
  expect(selects.some(({ text }) => text.includes("file_versions"))).toBe(true);
  for (const query of selects) {
    const { text, rows } = await readsOf(app, query, query);
    // The files of which nothing is sent are counted.
    for (const table of GROWING.filter((name) => name !== "files"))
      expect({ text, table, rows: rows[table] ?? 0 }).toSatisfy((read) => read.rows <= PAGE_READS);
    expect(rows.files ?? 0).toBeLessThanOrEqual(FILES_OF_PROJECT);
  }
  const [manifest] = await app.owner.sql`
    select length(manifest::text) as bytes from generations where thread_id = ${id}`;
  expect(Number(manifest?.bytes)).toBeLessThan(16_384);
});

describe("the newest first, whatever the plan", () => {
  const listed = async (person: Person, path: string, pages: number) => {
    const ids: string[] = [];
    for (let cursor = "", read = 0; read < pages; read++) {
      const { items, nextCursor } = page.parse(
        await (await person.get(`${path}?limit=40${cursor}`)).json(),
      );
      ids.push(...items.map((item) => z.object({ id: z.string() }).parse(item).id));
      cursor = `&cursor=${nextCursor}`;
    }
    return ids;
  };
  const idsOf = (rows: Iterable<unknown>) =>
    z
      .array(z.object({ id: z.string() }))
      .parse([...rows])
      .map(({ id }) => id);

  for (const [who, personOf] of [
    ["somebody in every project", () => heavy],
    ["somebody in a few", () => light],
  ] as const) {
    test(`threads of ${who}`, async () => {
      const person = personOf();
      const expected = await app.owner.sql`
        select t.id from threads t
        join project_members m on m.project_id = t.project_id and m.principal_id = ${person.me.id}
        where t.owner_id = ${person.me.id} or t.visibility = 'project'
        order by t.last_message_at desc, t.id desc limit 40 * ${person === heavy ? 3 : 1}::int`;
      expect(await listed(person, "/threads", person === heavy ? 3 : 1)).toEqual(idsOf(expected));
    });
    test(`projects of ${who}`, async () => {
      const person = personOf();
      const expected = await app.owner.sql`
        select p.id from projects p
        join project_members m on m.project_id = p.id and m.principal_id = ${person.me.id}
        order by p.updated_at desc, p.id desc limit 40 * ${person === heavy ? 3 : 1}::int`;
      expect(await listed(person, "/projects", person === heavy ? 3 : 1)).toEqual(idsOf(expected));
    });
  }

  test("threads of a project: the reader's own and the shared ones", async () => {
    const expected = await app.owner.sql`
      select id from threads where project_id = ${projectId}
        and (owner_id = ${heavy.me.id} or visibility = 'project')
      order by last_message_at desc, id desc limit 120`;
    expect(await listed(heavy, `/projects/${projectId}/threads`, 3)).toEqual(idsOf(expected));
  });
});
