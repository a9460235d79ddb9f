import { expect } from "bun:test";
import type { TestApp } from "./app.ts";

/** Compares the sums by day with the ledger, row by row and number by number. */
export async function expectUsageToEqualLedger({ owner }: TestApp): Promise<void> {
  const summed = await owner.sql`
    select scope, scope_id, day::text, provider, model, calls, input_tokens, cache_read_tokens,
      cache_write_tokens, output_tokens, reasoning_tokens, cost_micro_usd
    from usage_by_day order by scope, scope_id, day, provider, model`;
  const booked = await owner.sql`
    select scope, scope_id, (created_at at time zone 'UTC')::date::text as day, provider, model,
      count(*) as calls, sum(input_tokens) as input_tokens, sum(cache_read_tokens) as cache_read_tokens,
      sum(cache_write_tokens) as cache_write_tokens, sum(output_tokens) as output_tokens,
      sum(reasoning_tokens) as reasoning_tokens, sum(cost_micro_usd) as cost_micro_usd
    from ledger cross join lateral (values ('project', project_id), ('user', user_id)) as of (scope, scope_id)
    group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5`;
  expect(booked.length).toBeGreaterThan(0);
  expect([...summed]).toEqual([...booked]);
}
