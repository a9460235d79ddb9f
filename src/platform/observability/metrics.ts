import { prometheus } from "@hono/prometheus";
import type { MiddlewareHandler } from "hono";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** All metrics of this process, served on the metrics port in Prometheus' text format. */
export interface Metrics {
  readonly registry: Registry;
  /** Rate, errors and duration by route template. */
  readonly http: MiddlewareHandler;
  readonly queryDuration: Histogram;
  readonly queryFailures: Counter;
  readonly diskFull: Counter<"where">;
  readonly slowQueries: Counter;
  readonly idleTransactions: Counter;
  readonly generations: Counter<"status" | "provider">;
  readonly generationsRunning: Gauge;
  readonly timeToFirstToken: Histogram<"provider">;
  readonly tokens: Counter<"kind" | "provider">;
  readonly cost: Counter<"provider">;
  readonly holds: Counter<"outcome">;
  readonly overrun: Counter;
  readonly streams: Gauge;
  readonly providerErrors: Counter<"provider" | "code">;
  readonly providerRetries: Counter<"provider">;
  readonly jobs: Counter<"queue" | "outcome">;
  readonly refusals: Counter<"action" | "reason">;
  readonly auditTampering: Counter;
  readonly documentIsolation: Gauge<"mechanism" | "files" | "network">;
}

const SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Each sample of the event loop's lag wakes the process: by default a hundred times a second. */
const LAG_SAMPLE_MS = 250;

/** A registry per call, so that tests and processes never share counts. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: LAG_SAMPLE_MS });
  const { registerMetrics } = prometheus({ registry });
  const counter = <T extends string = never>(name: string, help: string, labelNames: T[] = []) =>
    new Counter<T>({ name, help, labelNames, registers });
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers });
  const diskFull = counter("atelier_disk_full_total", "Writes refused because a disk is full", [
    "where",
  ]);
  // Initialised, since Prometheus computes no increase for a series that starts with its first refusal.
  for (const where of ["database", "files"]) diskFull.inc({ where }, 0);
  return {
    registry,
    http: registerMetrics,
    queryDuration: new Histogram({
      name: "atelier_db_query_duration_seconds",
      help: "Time from sending a query to its result",
      buckets: SECONDS,
      registers,
    }),
    diskFull,
    queryFailures: counter("atelier_db_query_failures_total", "Queries that failed"),
    slowQueries: counter("atelier_db_slow_queries_total", "Queries over the slow threshold"),
    idleTransactions: counter(
      "atelier_db_idle_transactions_total",
      "Transactions that waited for something other than the database",
    ),
    generations: counter("atelier_generations_total", "Generations by how they ended", [
      "status",
      "provider",
    ]),
    generationsRunning: gauge("atelier_generations_running", "Generations running in this process"),
    timeToFirstToken: new Histogram({
      name: "atelier_time_to_first_token_seconds",
      help: "Time from the accepted request to the first token",
      labelNames: ["provider"],
      buckets: SECONDS,
      registers,
    }),
    tokens: counter("atelier_tokens_total", "Tokens by kind as billed", ["kind", "provider"]),
    cost: counter(
      "atelier_cost_micro_usd_total",
      "Cost booked in the ledger, in millionths of a US dollar",
      ["provider"],
    ),
    holds: counter("atelier_holds_total", "Holds by outcome", ["outcome"]),
    overrun: counter(
      "atelier_overrun_micro_usd_total",
      "Cost over the hold, in millionths of a US dollar",
    ),
    streams: gauge("atelier_event_streams_open", "Open event streams"),
    providerErrors: counter("atelier_provider_errors_total", "Provider calls that failed", [
      "provider",
      "code",
    ]),
    providerRetries: counter("atelier_provider_retries_total", "Provider calls retried", [
      "provider",
    ]),
    refusals: counter(
      "atelier_refusals_total",
      "Requests refused by authentication, authorization or the origin check",
      ["action", "reason"],
    ),
    auditTampering: counter(
      "atelier_audit_tampering_total",
      "Times that the audit chain was found tampered with",
    ),
    jobs: counter("atelier_jobs_total", "Jobs by outcome", ["queue", "outcome"]),
    documentIsolation: new Gauge({
      name: "atelier_document_isolation",
      help: "Isolation of the document reader: other files and the network are closed or open",
      labelNames: ["mechanism", "files", "network"],
      registers,
    }),
  };
}
