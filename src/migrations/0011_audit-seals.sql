CREATE TABLE "audit_seals" (
	"seq" bigint PRIMARY KEY NOT NULL,
	"audit_id" uuid NOT NULL,
	"sealed_at" timestamp (3) with time zone NOT NULL,
	"previous_hash" text NOT NULL,
	"hash" text NOT NULL,
	"key_id" text NOT NULL,
	"mac" text NOT NULL
);
--> statement-breakpoint
DROP INDEX "audit_log_unsealed";--> statement-breakpoint
DROP INDEX "audit_log_actor";--> statement-breakpoint
DROP INDEX "audit_log_target";--> statement-breakpoint
ALTER TABLE "audit_log" ALTER COLUMN "at" SET DEFAULT clock_timestamp();--> statement-breakpoint
ALTER TABLE "audit_log" ADD COLUMN "caller_request_id" text;--> statement-breakpoint
CREATE UNIQUE INDEX "audit_seals_audit_id" ON "audit_seals" USING btree ("audit_id");--> statement-breakpoint
CREATE INDEX "audit_log_at" ON "audit_log" USING btree ("at","id");--> statement-breakpoint
CREATE INDEX "audit_log_action_at" ON "audit_log" USING btree ("action","at");--> statement-breakpoint
CREATE INDEX "audit_log_actor_at" ON "audit_log" USING btree ("actor_id","at");--> statement-breakpoint
CREATE INDEX "audit_log_project_at" ON "audit_log" USING btree ("project_id","at");--> statement-breakpoint
CREATE INDEX "audit_log_target_at" ON "audit_log" USING btree ("target_id","at");--> statement-breakpoint
-- A row's time is the database's, and no row is older than the newest seal: nobody writes into the past.
CREATE FUNCTION "audit_log_takes_time"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.at := greatest(
    date_trunc('milliseconds', clock_timestamp()),
    (SELECT s.sealed_at FROM public.audit_seals s ORDER BY s.seq DESC LIMIT 1)
  );
  RETURN NEW;
END
$$;
--> statement-breakpoint
CREATE TRIGGER "audit_log_takes_time" BEFORE INSERT ON "audit_log"
FOR EACH ROW EXECUTE FUNCTION "audit_log_takes_time"();
--> statement-breakpoint
CREATE FUNCTION "audit_seals_are_append_only"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'restrict_violation';
END
$$;
--> statement-breakpoint
CREATE TRIGGER "audit_seals_stay" BEFORE UPDATE OR DELETE OR TRUNCATE ON "audit_seals"
FOR EACH STATEMENT EXECUTE FUNCTION "audit_seals_are_append_only"();
