import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { createTestDatabase, type TestDatabase } from "../../../test/support/database.ts";
import { newSecretKey, secretKeys } from "../../platform/crypto/secret-keys.ts";
import { type DatabaseClient, openDatabase } from "../../platform/db/client.ts";
import { uuidv7 } from "../../platform/ids.ts";
import { verifyChain } from "./index.ts";
import { sealChain } from "./seal-chain.ts";

const [a, b, c] = ["a", "b", "c"].map(newSecretKey);
const ring = (...entries: (string | undefined)[]) => ({
  secrets: secretKeys(entries.filter((entry) => entry !== undefined)),
  ids: uuidv7,
});

let database: TestDatabase;
let client: DatabaseClient;
beforeEach(async () => {
  database = await createTestDatabase();
  client = openDatabase({ url: database.url, poolMax: 2 });
});
afterEach(async () => {
  await client.close();
  await database.drop();
});

const add = async (action: string) => {
  const id = uuidv7.next();
  await client.sql`insert into audit_log (id, actor_kind, action, target_kind, detail)
    values (${id}, 'user', ${action}, 'project', '{}')`;
  return id;
};
const verify = (keys: ReturnType<typeof ring>) => verifyChain(client.db, keys);
const unguard = async () => {
  await client.sql`alter table audit_log disable trigger user`;
  await client.sql`alter table audit_seals disable trigger user`;
};
/** The row of each seal, and its key. */
const chain = async () =>
  (
    await client.sql`select s.key_id, l.action from audit_seals s
      join audit_log l on l.id = s.audit_id order by s.seq`
  ).map((row) => `${row.key_id} ${row.action}`);

describe("keys", () => {
  test("a new chain begins with its first row and its key", async () => {
    await add("one");
    await sealChain(client.db, ring(a));
    expect(await chain()).toEqual(["a one"]);
  });

  test("when the database's clock is set back, seal times stand still until it has caught up", async () => {
    const { sql } = client;
    await add("one");
    await sealChain(client.db, ring(a));
    await sql`alter table audit_seals disable trigger user`;
    await sql`update audit_seals set sealed_at = now() + interval '1 hour'`;
    const id = await add("two");
    await sealChain(client.db, ring(a), { everything: true });
    const [times] =
      await sql`select max(sealed_at) = min(sealed_at) as still, (select at from audit_log where id = ${id}) = max(sealed_at) as same
      from audit_seals`;
    expect(times).toEqual({ still: true, same: true });
  });

  test("a rotation is recorded once, and the chain verifies before, during and after it", async () => {
    await add("one");
    await sealChain(client.db, ring(a));
    await add("two");
    await sealChain(client.db, ring(b, a));
    await add("three");
    await sealChain(client.db, ring(b, a));
    expect(await chain()).toEqual(["a one", "b audit.chain_keyed", "b two", "b three"]);
    const [row] =
      await client.sql`select actor_kind, detail, (select hash from audit_seals where seq = 1)
      from audit_log where action = 'audit.chain_keyed'`;
    expect(row).toMatchObject({
      actor_kind: "system:audit",
      detail: { keyId: "b", after: 1, head: row?.hash },
    });
    for (const keys of [ring(b, a), ring(c, b, a), ring(b)])
      expect(await verify(keys)).toMatchObject({ rows: 4, broken: null });
  });

  test("rows under a retired key are covered by the next key's seals", async () => {
    const one = await add("one");
    await sealChain(client.db, ring(a));
    await add("two");
    await sealChain(client.db, ring(b, a));
    await unguard();
    await client.sql`update audit_log set action = 'other' where id = ${one}`;
    expect((await verify(ring(b))).broken).toEqual({ seq: 1, reason: "changed" });
  });

  test("a chain whose newest rows are not signed by a known key does not verify", async () => {
    await add("one");
    await sealChain(client.db, ring(a));
    await add("two");
    await sealChain(client.db, ring(b, a));
    expect((await verify(ring(a))).broken).toEqual({ seq: 2, reason: "unknown_key" });
    expect((await verify(ring(c))).broken).toEqual({ seq: 1, reason: "unknown_key" });
  });

  test("during a rollout of a new key, only processes that have it seal", async () => {
    await add("one");
    await sealChain(client.db, ring(a));
    await add("two");
    await sealChain(client.db, ring(b, a));
    const three = await add("three");
    expect((await sealChain(client.db, ring(a))).tampered).toBe(false);
    expect(await client.sql`select 1 from audit_seals where audit_id = ${three}`).toHaveLength(0);
    await sealChain(client.db, ring(b, a));
    expect(await chain()).toEqual(["a one", "b audit.chain_keyed", "b two", "b three"]);
  });

  test("when the newest key is lost the log goes on, and records from where it cannot be verified", async () => {
    await add("one");
    await sealChain(client.db, ring(a));
    await add("two");
    await sealChain(client.db, ring(b));
    expect(await chain()).toEqual(["a one"]);
    await unguard();
    await client.sql`update audit_seals set sealed_at = sealed_at - interval '16 minutes'`;
    await sealChain(client.db, ring(b));
    await add("three");
    await sealChain(client.db, ring(b));
    expect(await chain()).toEqual(["a one", "b audit.chain_keyed", "b two", "b three"]);
    await client.sql`update audit_seals set sealed_at = sealed_at + interval '16 minutes' where seq = 1`;
    expect((await verify(ring(b))).broken).toEqual({ seq: 2, reason: "unknown_key" });
  });
});

describe("rows chained by an older release without a key", () => {
  /** The older release's hash, written out: it must never change. */
  const hashOf = (row: Record<string, unknown>, seq: number, previous: string) =>
    createHash("sha256")
      .update(
        JSON.stringify([
          previous,
          seq,
          row.id,
          row.at instanceof Date ? row.at.toISOString() : row.at,
          row.actor_kind,
          row.actor_id,
          row.action,
          row.target_kind,
          row.target_id,
          row.project_id,
          { a: 1, b: [{ c: 2, d: 3 }] },
          row.request_id,
          row.ip,
        ]),
      )
      .digest("hex");

  /** Writes and chains a row like the older release. */
  const addOld = async (seq: number, previous: string) => {
    const id = uuidv7.next();
    const [row] = await client.sql`
      insert into audit_log (id, actor_kind, actor_id, action, target_kind, target_id, detail, request_id, ip)
      values (${id}, 'user', ${uuidv7.next()}, 'old', 'project', 'p', '{"b": [{"d": 3, "c": 2}], "a": 1}', 'r', '::1')
      returning *, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at`;
    const hash = hashOf(row ?? {}, seq, previous);
    await client.sql`update audit_log set seq = ${seq}, previous_hash = ${previous}, hash = ${hash} where id = ${id}`;
    return { id, hash };
  };
  const START = "0".repeat(64);
  let old: { id: string; hash: string }[];
  beforeEach(async () => {
    old = [];
    for (let seq = 1; seq <= 3; seq++) old.push(await addOld(seq, old.at(-1)?.hash ?? START));
  });
  const newest = () => old.at(-1)?.hash ?? "";

  test("stand alone until a row is sealed with the key", async () => {
    expect(await verify(ring(a))).toEqual({
      rows: 3,
      unkeyed: 3,
      head: newest(),
      broken: null,
      contains: null,
    });
  });

  test("are followed by a row that records the switch, with their count and head", async () => {
    await add("new");
    await sealChain(client.db, ring(a));
    expect(await chain()).toEqual(["a audit.chain_keyed", "a new"]);
    const [row] = await client.sql`select l.detail, s.seq, s.previous_hash
      from audit_seals s join audit_log l on l.id = s.audit_id order by s.seq limit 1`;
    expect(row).toEqual({
      detail: { keyId: "a", after: 3, head: newest() },
      seq: "4",
      previous_hash: newest(),
    });
    expect(await verify(ring(a))).toMatchObject({ rows: 5, unkeyed: 3, broken: null });
  });

  test("are not counted as unsealed, also while the older release continues chaining", async () => {
    await add("new");
    await sealChain(client.db, ring(a));
    await addOld(4, newest());
    await sealChain(client.db, ring(a));
    expect(await chain()).toEqual(["a audit.chain_keyed", "a new", "a old"]);
    expect(await verify(ring(a))).toMatchObject({ rows: 6, unkeyed: 3, broken: null });
  });

  test("cannot be edited, truncated or replaced after the switch, however they are rechained", async () => {
    await add("new");
    await sealChain(client.db, ring(a));
    await unguard();
    const { sql } = client;
    await sql`update audit_log set action = 'other' where seq = 3`;
    expect((await verify(ring(a))).broken).toEqual({ seq: 3, reason: "changed" });
    const [row] =
      await sql`select *, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at
      from audit_log where seq = 3`;
    const forged = hashOf(row ?? {}, 3, old[1]?.hash ?? "");
    await sql`update audit_log set hash = ${forged} where seq = 3`;
    expect((await verify(ring(a))).broken).toEqual({ seq: 4, reason: "not_chained" });
    await sql`update audit_log set previous_hash = ${START} where seq = 3`;
    expect((await verify(ring(a))).broken).toEqual({ seq: 3, reason: "not_chained" });
    await sql`update audit_log set hash = null, previous_hash = ${old[1]?.hash ?? ""} where seq = 3`;
    expect((await verify(ring(a))).broken).toEqual({ seq: 3, reason: "changed" });
    await sql`delete from audit_log where seq = 3`;
    expect((await verify(ring(a))).broken).toEqual({ seq: 3, reason: "missing_before" });
    await sql`delete from audit_log where seq = 1`;
    expect((await verify(ring(a))).broken).toEqual({ seq: 2, reason: "missing_before" });
  });

  test("cannot be extended by a row that claims a missing number", async () => {
    const id = await add("hidden");
    await unguard();
    await client.sql`update audit_log set seq = -1 where id = ${id}`;
    await sealChain(client.db, ring(a));
    expect(await chain()).toEqual(["a audit.chain_keyed", "a hidden"]);
  });
});
