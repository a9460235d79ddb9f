import type postgres from "postgres";

/** Row counts of a workspace; see {@link seedGrowth}. */
export interface Growth {
  projects: number;
  threads: number;
  messagesPerThread: number;
  ledger: number;
  audit: number;
  files: number;
}

/** A small workspace: 10,000 messages, ledger and audit rows, and 1,000 files. */
export const SMALL: Growth = {
  projects: 100,
  threads: 200,
  messagesPerThread: 50,
  ledger: 10_000,
  audit: 10_000,
  files: 1_000,
};

/** The same with so many times the rows. */
export function times(growth: Growth, factor: number): Growth {
  return {
    projects: growth.projects * factor,
    threads: growth.threads * factor,
    messagesPerThread: growth.messagesPerThread,
    ledger: growth.ledger * factor,
    audit: growth.audit * factor,
    files: growth.files * factor,
  };
}

/** The heavy user of a seeded workspace, and their project that has a large share of everything. */
export interface Heavy {
  userId: string;
  projectId: string;
}

/** An action that one audit row in 2,000 has. */
export const RARE_ACTION = "provider.tested";
const TEXT = "The **rent** is 1,200 euros a month, as agreed in the second section. ".repeat(4);

/**
 * Fills a workspace by SQL, as the owner of its tables. The heavy user is a member of every project, owns half
 * of the threads and has paid for half of the ledger; their project has a fifth of the threads, a quarter of
 * the ledger and of the audit log, and a twentieth of the files. 99 other accounts share the rest.
 */
export async function seedGrowth(
  sql: postgres.Sql,
  growth: Growth,
  { userId, projectId }: Heavy,
): Promise<void> {
  await sql.begin(async (tx) => {
    // Times are given, and counting every file one by one would take longer than all the rest.
    for (const table of ["audit_log", "files", "file_versions"])
      await tx`alter table ${tx(table)} disable trigger user`;
    await tx`set local statement_timeout = 0`;
    // UUIDv7, which PostgreSQL makes itself from version 18 on.
    await tx`
      create function pg_temp.seeded_id() returns uuid language sql volatile as $$
        select (lpad(to_hex((extract(epoch from clock_timestamp()) * 1000)::bigint), 12, '0') || '7'
          || substr(random, 14))::uuid
        from replace(gen_random_uuid()::text, '-', '') random
      $$`;
    await seedPeople(tx, growth, { userId, projectId });
    await seedThreads(tx, growth);
    await seedLedger(tx, growth);
    await seedAudit(tx, growth);
    await seedFiles(tx, growth);
    for (const table of ["audit_log", "files", "file_versions"])
      await tx`alter table ${tx(table)} enable trigger user`;
  });
  await sql`vacuum analyze`;
}

async function seedPeople(sql: postgres.ISql, growth: Growth, heavy: Heavy): Promise<void> {
  await sql`
    create temp table seeded_users on commit drop as
    select n, case when n = 0 then ${heavy.userId}::uuid else pg_temp.seeded_id() end as id
    from generate_series(0, 99) n`;
  await sql`insert into principals (id, kind) select id, 'user' from seeded_users where n > 0`;
  await sql`
    insert into users (id, name, email)
    select id, 'Person ' || n, 'person-' || n || '@example.com' from seeded_users where n > 0`;
  await sql`
    create temp table seeded_projects on commit drop as
    select n, case when n = 0 then ${heavy.projectId}::uuid else pg_temp.seeded_id() end as id
    from generate_series(0, ${growth.projects - 1}) n`;
  await sql`
    insert into projects (id, name, updated_at)
    select id, 'Project ' || n, now() - n * interval '1 minute' from seeded_projects where n > 0`;
  await sql`
    insert into project_members (project_id, principal_id, role)
    select id, ${heavy.userId}::uuid, 'owner' from seeded_projects where n > 0
    union all
    select p.id, u.id, 'editor' from seeded_projects p join seeded_users u on u.n = 1 + p.n % 99`;
}

async function seedThreads(sql: postgres.ISql, growth: Growth): Promise<void> {
  await sql`
    create temp table seeded_threads on commit drop as
    select t.n, pg_temp.seeded_id() as id, now() - t.n * interval '1 minute' as at,
      p.id as project_id, u.id as owner_id
    from generate_series(0, ${growth.threads - 1}) as t(n)
    join seeded_projects p on p.n = case when t.n % 5 = 0 then 0 else t.n % ${growth.projects} end
    join seeded_users u on u.n = case when t.n % 2 = 0 then 0 else t.n % 100 end`;
  await sql`
    insert into threads (id, project_id, owner_id, title, visibility, last_message_at, created_at)
    select id, project_id, owner_id, 'Thread ' || n,
      case when n % 3 = 0 then 'project' else 'private' end, at, at
    from seeded_threads`;
  await sql`
    insert into messages (id, thread_id, role, parts, status, created_at)
    select pg_temp.seeded_id(), t.id, case when m % 2 = 1 then 'user' else 'assistant' end,
      jsonb_build_array(jsonb_build_object('type', 'text', 'text', ${TEXT}::text)), 'complete', t.at
    from seeded_threads t, generate_series(1, ${growth.messagesPerThread}) m`;
}

async function seedLedger(sql: postgres.ISql, growth: Growth): Promise<void> {
  await sql`
    insert into ledger (id, generation_id, project_id, user_id, provider, model, status,
      input_tokens, cache_read_tokens, cache_write_tokens, output_tokens, reasoning_tokens,
      input_price, cache_read_price, cache_write_price, output_price, price_version,
      cost_micro_usd, created_at)
    select pg_temp.seeded_id(), pg_temp.seeded_id(), p.id, u.id, 'openai', 'model-' || l.n % 5, 'complete',
      1000, 200, 100, 300, 50, 3, 1, 4, 15, 'seed', 100 + l.n % 7, now() - l.n % 90 * interval '1 day'
    from generate_series(0, ${growth.ledger - 1}) as l(n)
    join seeded_projects p on p.n = case when l.n % 4 = 0 then 0 else l.n % ${growth.projects} end
    join seeded_users u on u.n = case when l.n % 2 = 0 then 0 else l.n % 100 end`;
}

/** The rows are sealed by a key that is not in the ring, long ago, so nothing is left to be sealed. */
async function seedAudit(sql: postgres.ISql, growth: Growth): Promise<void> {
  await sql`
    create temp table seeded_audit on commit drop as
    select n, pg_temp.seeded_id() as id,
      now() - interval '1 hour' - (${growth.audit} - n) * (interval '300 days' / ${growth.audit}) as at
    from generate_series(1, ${growth.audit}) n`;
  await sql`
    insert into audit_log (id, at, actor_kind, actor_id, action, target_kind, target_id, project_id, detail)
    select a.id, a.at, 'user', u.id,
      case when a.n % 2000 = 7 then ${RARE_ACTION} when a.n % 3 = 0 then 'message.sent'
        when a.n % 3 = 1 then 'thread.created' else 'file.uploaded' end,
      'thread', a.id::text, p.id, '{}'::jsonb
    from seeded_audit a
    join seeded_projects p on p.n = case when a.n % 4 = 0 then 0 else a.n % ${growth.projects} end
    join seeded_users u on u.n = case when a.n % 2 = 0 then 0 else a.n % 100 end
    order by a.n`;
  await sql`
    insert into audit_seals (seq, audit_id, sealed_at, previous_hash, hash, key_id, mac)
    select (select coalesce(max(seq), 0) from audit_seals) + n, id, at, 'seeded', md5(n::text), 'seeded', 'seeded'
    from seeded_audit order by n`;
}

async function seedFiles(sql: postgres.ISql, growth: Growth): Promise<void> {
  await sql`
    create temp table seeded_files on commit drop as
    select f.n, pg_temp.seeded_id() as id, pg_temp.seeded_id() as version_id, p.id as project_id,
      now() - f.n * interval '1 second' as at
    from generate_series(0, ${growth.files - 1}) as f(n)
    join seeded_projects p on p.n = case when f.n % 20 = 0 then 0 else 1 + f.n % (${growth.projects} - 1) end`;
  await sql`
    insert into files (id, project_id, name, current_version_id, stored_bytes, stored_versions, created_at)
    select id, project_id, 'file-' || n || '.md', version_id, 4000, 1, at from seeded_files`;
  await sql`
    insert into file_versions (id, file_id, version, sha256, size_bytes, media_type, status, language,
      text_length, token_count, created_at)
    select version_id, id, 1, md5(n::text), 4000, 'text/markdown', 'ready', 'english',
      ${TEXT.length}::int, 1000, at
    from seeded_files`;
  await sql`
    insert into text_chunks (file_version_id, ordinal, start_offset, end_offset, token_count, text)
    select version_id, 0, 0, ${TEXT.length}::int, 1000, ${TEXT} from seeded_files`;
  await sql`
    insert into storage_usage (scope, scope_id, bytes, files, versions)
    select 'project', project_id, sum(stored_bytes), count(*), sum(stored_versions)
    from files group by project_id
    on conflict (scope, scope_id) do update
    set bytes = excluded.bytes, files = excluded.files, versions = excluded.versions`;
}
