import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { z } from "zod";
import type { Person, TestApp } from "../../../test/support/app.ts";
import { codeOf, read, readId } from "../../../test/support/read.ts";
import { createSharedProject } from "../../../test/support/two-people.ts";
import { encodeCursor } from "../../platform/http/pagination.ts";
import { messagePage, threadDetail } from "./schema.ts";

let app: TestApp;
let ada: Person;
let bob: Person;
let projectId: string;
beforeAll(async () => {
  ({ app, ada, bob, projectId } = await createSharedProject("editor"));
});
afterAll(() => app.close());

const start = (body: object = {}) => ada.post(`/projects/${projectId}/threads`, body).then(readId);

/** Adds messages below one another, questions and answers in turn. @returns their ids. */
async function grow(threadId: string, parentId: string | null, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index++) {
    const id = app.deps.ids.next();
    await app.owner.sql`
      insert into messages (id, thread_id, parent_id, role, parts, status, author_id, created_at)
      values (${id}, ${threadId}, ${ids.at(-1) ?? parentId}, ${index % 2 === 0 ? "user" : "assistant"},
        '[]', 'complete', ${index % 2 === 0 ? ada.me.id : null}, ${app.deps.clock.now().toISOString()})`;
    ids.push(id);
  }
  return ids;
}
const show = (threadId: string, messageId: string) =>
  ada.put(`/threads/${threadId}/leaf`, { messageId });
const detail = async (threadId: string, by = ada) =>
  read(await by.get(`/threads/${threadId}`), threadDetail);
const page = async (threadId: string, query = "", by = ada) =>
  read(await by.get(`/threads/${threadId}/messages?${query}`), messagePage);
const idsOf = ({ items }: z.infer<typeof messagePage>) => items.map(({ id }) => id);

/** All pages of a branch, as a script reads them. */
async function pages(threadId: string, query: string): Promise<string[][]> {
  const found: string[][] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const read = await page(threadId, cursor === "" ? query : `${query}&cursor=${cursor}`);
    found.push(idsOf(read));
    cursor = read.nextCursor;
  }
  return found;
}

describe("a long thread", () => {
  test("is shown with its newest 50 messages, oldest first, and a cursor of the earlier ones", async () => {
    const id = await start();
    const all = await grow(id, null, 51);
    await show(id, all.at(-1) ?? "");
    const shown = await detail(id);
    expect(shown.messages.map((one) => one.id)).toEqual(all.slice(1));
    const rest = await page(id, `cursor=${shown.nextCursor}`);
    expect([idsOf(rest), rest.nextCursor]).toEqual([all.slice(0, 1), null]);
  });

  test("of 50 messages is shown whole", async () => {
    const id = await start();
    const all = await grow(id, null, 50);
    await show(id, all.at(-1) ?? "");
    const { messages, nextCursor } = await detail(id);
    expect([messages.map((one) => one.id), nextCursor]).toEqual([all, null]);
    expect(messages.map(({ authorName }) => authorName).slice(0, 2)).toEqual(["Ada", null]);
  });

  test("is read in pages from its end to its first message, each message once", async () => {
    const id = await start();
    const all = (await grow(id, null, 7)).reverse();
    expect(await pages(id, "limit=3")).toEqual([all.slice(0, 3), all.slice(3, 6), all.slice(6)]);
    expect(await pages(id, "limit=7")).toEqual([all]);
    expect((await page(id)).items).toHaveLength(7);
  });

  test("without messages is one empty page", async () => {
    const id = await start();
    expect(await page(id)).toEqual({ items: [], nextCursor: null });
    expect(await detail(id)).toMatchObject({ messages: [], nextCursor: null });
  });

  test("has the same earlier pages while messages are added and other branches chosen", async () => {
    const id = await start();
    const all = await grow(id, null, 6);
    const first = await page(id, "limit=2");
    await grow(id, all.at(-1) ?? "", 4);
    const [other] = await grow(id, all[2] ?? "", 1);
    await show(id, other ?? "");
    const second = await page(id, `limit=2&cursor=${first.nextCursor}`);
    expect(idsOf(second)).toEqual([all[3] ?? "", all[2] ?? ""]);
    expect(second.items.map(({ versionIds }) => versionIds)).toEqual([
      [all[3] ?? "", other ?? ""],
      [all[2] ?? ""],
    ]);
  });
});

describe("a thread with branches", () => {
  /** A question with two answers, the first of which was followed by two versions of a question. */
  const forked = async () => {
    const id = await start();
    const [question = ""] = await grow(id, null, 1);
    const [first = "", next = ""] = await grow(id, question, 2);
    const [edited = ""] = await grow(id, first, 1);
    const [second = ""] = await grow(id, question, 1);
    return { id, question, first, next, edited, second };
  };

  test("shows the newest branch until one is chosen, then the chosen one to its newest end", async () => {
    const { id, question, first, next, edited, second } = await forked();
    expect(idsOf(await page(id))).toEqual([second, question]);
    expect((await detail(id)).leafId).toBeNull();
    await show(id, first);
    expect((await detail(id)).leafId).toBe(edited);
    expect(idsOf(await page(id))).toEqual([edited, first, question]);
    const [answer = ""] = await grow(id, edited, 1);
    expect(idsOf(await page(id))).toEqual([answer, edited, first, question]);
    await show(id, next);
    expect((await detail(id)).messages.map((one) => one.id)).toEqual([question, first, next]);
  });

  test("names the versions of each message, oldest first", async () => {
    const { id, question, first, next, edited, second } = await forked();
    const { items } = await page(id, `through=${first}`);
    expect(items.map(({ versionIds }) => versionIds)).toEqual([
      [next, edited],
      [first, second],
      [question],
    ]);
    const [again = ""] = await grow(id, null, 1);
    expect((await page(id)).items).toMatchObject([{ id: again, versionIds: [question, again] }]);
  });

  test("takes the larger id of messages of one instant as the newer", async () => {
    const { id, question, first, second } = await forked();
    await app.owner.sql`update messages set created_at = now() where thread_id = ${id}`;
    expect(idsOf(await page(id))).toEqual([second, question]);
    await app.owner
      .sql`update messages set created_at = now() + interval '1 s' where id = ${first}`;
    const { items } = await page(id);
    expect(items[1]).toMatchObject({ id: first, versionIds: [second, first] });
  });

  test("is read through any message, in pages too, without choosing that branch", async () => {
    const { id, question, first, next, edited, second } = await forked();
    await show(id, second);
    expect(await pages(id, `limit=2&through=${first}`)).toEqual([[edited, first], [question]]);
    expect(idsOf(await page(id, `through=${next}`))).toEqual([next, first, question]);
    expect(idsOf(await page(id))).toEqual([second, question]);
  });
});

test("a place in another thread is refused", async () => {
  const [id, other] = [await start(), await start()];
  const [message = ""] = await grow(other, null, 1);
  await grow(id, null, 1);
  const asked = async (query: string) => codeOf(await ada.get(`/threads/${id}/messages?${query}`));
  expect(await asked(`through=${message}`)).toBe("404 message_not_found");
  const foreign = encodeCursor({ at: new Date(), id: message });
  for (const cursor of [foreign, encodeCursor({ at: new Date(), id }), "no-cursor"])
    expect(await asked(`cursor=${cursor}`)).toBe("422 invalid_cursor");
  expect(await asked("through=first")).toBe("422 validation_failed");
});

test("the pages of a private thread are its owner's alone, those of a shared one its members'", async () => {
  const own = await start();
  const shared = await start({ visibility: "project" });
  const all = await grow(shared, null, 2);
  const [message = ""] = await grow(own, null, 1);
  expect(idsOf(await page(shared, "limit=1", bob))).toEqual(all.slice(1));
  const refused = [`/threads/${own}/messages`, `/threads/${own}/messages?through=${message}`];
  for (const path of refused)
    expect(await codeOf(await bob.get(path))).toBe("404 thread_not_found");
  expect(await codeOf(await app.anonymous.get(`/threads/${shared}/messages`))).toBe(
    "401 not_signed_in",
  );
});
