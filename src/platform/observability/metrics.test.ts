import { expect, test } from "bun:test";
import { createMetrics } from "./metrics.ts";

/** What a fresh process exposes at `/metrics` of its own metrics. */
const exposed = await createMetrics().registry.metrics();

// Dashboards and alerts name them: a change here is a change for operators.
test("the metrics of a process and their types", () => {
  const types = [...exposed.matchAll(/^# TYPE (atelier_\S+) (\w+)$/gm)];
  expect(types.map(([, name, type]) => `${name} ${type}`).sort()).toEqual([
    "atelier_audit_tampering_total counter",
    "atelier_cost_micro_usd_total counter",
    "atelier_db_idle_transactions_total counter",
    "atelier_db_query_duration_seconds histogram",
    "atelier_db_query_failures_total counter",
    "atelier_db_slow_queries_total counter",
    "atelier_disk_full_total counter",
    "atelier_document_isolation gauge",
    "atelier_event_streams_open gauge",
    "atelier_generations_running gauge",
    "atelier_generations_total counter",
    "atelier_holds_total counter",
    "atelier_jobs_total counter",
    "atelier_overrun_micro_usd_total counter",
    "atelier_provider_errors_total counter",
    "atelier_provider_retries_total counter",
    "atelier_refusals_total counter",
    "atelier_time_to_first_token_seconds histogram",
    "atelier_tokens_total counter",
  ]);
});

test("durations are counted in buckets from a millisecond to ten seconds", () => {
  const buckets = exposed.matchAll(/^atelier_db_query_duration_seconds_bucket\{le="([^"]+)"\}/gm);
  expect([...buckets].map(([, le]) => le).join(" ")).toBe(
    "0.001 0.005 0.01 0.025 0.05 0.1 0.25 0.5 1 2.5 5 10 +Inf",
  );
});

test("full disks are counted from zero, so that the first one is an increase", () => {
  for (const where of ["database", "files"])
    expect(exposed).toContain(`atelier_disk_full_total{where="${where}"} 0`);
});

test("each registry counts by itself", async () => {
  const [one, other] = [createMetrics(), createMetrics()];
  one.overrun.inc(7);
  expect(await one.registry.metrics()).toContain("atelier_overrun_micro_usd_total 7");
  expect(await other.registry.metrics()).toContain("atelier_overrun_micro_usd_total 0");
});

test("the runtime's own metrics and HTTP requests are among them", () => {
  for (const name of ["process_cpu_seconds_total", "http_requests_total"])
    expect(exposed).toContain(`# TYPE ${name} counter`);
});

test("what each is counted by", async () => {
  const metrics = createMetrics();
  metrics.generations.inc({ status: "done", provider: "p" });
  metrics.timeToFirstToken.observe({ provider: "p" }, 0.2);
  metrics.tokens.inc({ kind: "input", provider: "p" });
  metrics.cost.inc({ provider: "p" });
  metrics.holds.inc({ outcome: "settled" });
  metrics.providerErrors.inc({ provider: "p", code: "overloaded" });
  metrics.providerRetries.inc({ provider: "p" });
  metrics.refusals.inc({ action: "auth.failed", reason: "wrong_credentials" });
  metrics.jobs.inc({ queue: "read", outcome: "done" });
  metrics.documentIsolation.set({ mechanism: "landlock", files: "closed", network: "closed" }, 1);
  const text = await metrics.registry.metrics();
  for (const line of [
    'atelier_generations_total{status="done",provider="p"} 1',
    'atelier_time_to_first_token_seconds_bucket{le="0.1",provider="p"} 0',
    'atelier_time_to_first_token_seconds_bucket{le="0.25",provider="p"} 1',
    'atelier_tokens_total{kind="input",provider="p"} 1',
    'atelier_cost_micro_usd_total{provider="p"} 1',
    'atelier_holds_total{outcome="settled"} 1',
    'atelier_provider_errors_total{provider="p",code="overloaded"} 1',
    'atelier_provider_retries_total{provider="p"} 1',
    'atelier_refusals_total{action="auth.failed",reason="wrong_credentials"} 1',
    'atelier_jobs_total{queue="read",outcome="done"} 1',
    'atelier_document_isolation{mechanism="landlock",files="closed",network="closed"} 1',
  ])
    expect(text.split("\n")).toContain(line);
});
