CREATE TABLE "usage_by_day" (
	"scope" text NOT NULL,
	"scope_id" uuid NOT NULL,
	"day" date NOT NULL,
	"provider" text NOT NULL,
	"model" text NOT NULL,
	"model_id" uuid,
	"calls" bigint NOT NULL,
	"input_tokens" bigint NOT NULL,
	"cache_read_tokens" bigint NOT NULL,
	"cache_write_tokens" bigint NOT NULL,
	"output_tokens" bigint NOT NULL,
	"reasoning_tokens" bigint NOT NULL,
	"cost_micro_usd" bigint NOT NULL,
	CONSTRAINT "usage_by_day_scope_scope_id_day_provider_model_pk" PRIMARY KEY("scope","scope_id","day","provider","model"),
	CONSTRAINT "usage_by_day_scope" CHECK ("usage_by_day"."scope" in ('project', 'user'))
);
--> statement-breakpoint
-- Nothing is booked while what is there is summed.
LOCK TABLE "ledger" IN SHARE ROW EXCLUSIVE MODE;--> statement-breakpoint
INSERT INTO "usage_by_day" (scope, scope_id, day, provider, model, model_id, calls, input_tokens, cache_read_tokens,
  cache_write_tokens, output_tokens, reasoning_tokens, cost_micro_usd)
SELECT owner.scope, owner.id, (created_at AT TIME ZONE 'UTC')::date, provider, model,
  (array_agg(model_id ORDER BY created_at DESC) FILTER (WHERE model_id IS NOT NULL))[1],
  count(*), sum(input_tokens), sum(cache_read_tokens), sum(cache_write_tokens), sum(output_tokens),
  sum(reasoning_tokens), sum(cost_micro_usd)
FROM "ledger" CROSS JOIN LATERAL (VALUES ('project', project_id), ('user', user_id)) AS owner (scope, id)
GROUP BY 1, 2, 3, 4, 5;--> statement-breakpoint
-- In the order of the key, so that two transactions never wait for each other's rows.
CREATE FUNCTION "sum_usage"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO usage_by_day AS usage (scope, scope_id, day, provider, model, model_id, calls, input_tokens,
    cache_read_tokens, cache_write_tokens, output_tokens, reasoning_tokens, cost_micro_usd)
  SELECT owner.scope, owner.id, (created_at AT TIME ZONE 'UTC')::date, provider, model,
    (array_agg(model_id ORDER BY created_at DESC) FILTER (WHERE model_id IS NOT NULL))[1],
    count(*), sum(input_tokens), sum(cache_read_tokens), sum(cache_write_tokens), sum(output_tokens),
    sum(reasoning_tokens), sum(cost_micro_usd)
  FROM booked CROSS JOIN LATERAL (VALUES ('project', project_id), ('user', user_id)) AS owner (scope, id)
  GROUP BY 1, 2, 3, 4, 5
  ORDER BY 1, 2, 3, 4, 5
  ON CONFLICT (scope, scope_id, day, provider, model) DO UPDATE SET
    model_id = coalesce(excluded.model_id, usage.model_id),
    calls = usage.calls + excluded.calls,
    input_tokens = usage.input_tokens + excluded.input_tokens,
    cache_read_tokens = usage.cache_read_tokens + excluded.cache_read_tokens,
    cache_write_tokens = usage.cache_write_tokens + excluded.cache_write_tokens,
    output_tokens = usage.output_tokens + excluded.output_tokens,
    reasoning_tokens = usage.reasoning_tokens + excluded.reasoning_tokens,
    cost_micro_usd = usage.cost_micro_usd + excluded.cost_micro_usd;
  RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE TRIGGER "ledger_is_summed" AFTER INSERT ON "ledger" REFERENCING NEW TABLE AS booked
FOR EACH STATEMENT EXECUTE FUNCTION "sum_usage"();
