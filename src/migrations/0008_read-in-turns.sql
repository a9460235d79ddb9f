ALTER TABLE "file_versions" ADD COLUMN "slow" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "file_versions" ADD COLUMN "turn" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "file_versions" ADD COLUMN "reader_ms" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "file_versions" ADD COLUMN "read_at" timestamp (3) with time zone;--> statement-breakpoint
CREATE INDEX "file_versions_turns" ON "file_versions" USING btree ("slow","turn") WHERE "file_versions"."status" in ('queued', 'reading');--> statement-breakpoint
CREATE INDEX "file_versions_turns_of" ON "file_versions" USING btree ("created_by","slow","turn") WHERE "file_versions"."status" in ('queued', 'reading');--> statement-breakpoint
CREATE INDEX "file_versions_read_by" ON "file_versions" USING btree ("created_by","read_at");
