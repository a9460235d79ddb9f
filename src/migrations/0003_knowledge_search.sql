CREATE TABLE "text_chunks" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "text_chunks_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"file_version_id" uuid NOT NULL,
	"ordinal" integer NOT NULL,
	"start_offset" integer NOT NULL,
	"end_offset" integer NOT NULL,
	"token_count" integer NOT NULL,
	"text" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "search_passages" (
	"chunk_id" bigint PRIMARY KEY NOT NULL,
	"length" integer NOT NULL,
	"frequencies" smallint[] NOT NULL,
	"keys" bigint[] NOT NULL
);
--> statement-breakpoint
CREATE TABLE "search_scopes" (
	"project_id" uuid NOT NULL,
	"language" text NOT NULL,
	"passages" integer NOT NULL,
	"words" bigint NOT NULL,
	CONSTRAINT "search_scopes_project_id_language_pk" PRIMARY KEY("project_id","language")
);
--> statement-breakpoint
CREATE TABLE "search_terms" (
	"key" bigint PRIMARY KEY NOT NULL,
	"passages" integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE "file_versions" ADD COLUMN "note" text;--> statement-breakpoint
ALTER TABLE "file_versions" ADD COLUMN "lease_expires_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "file_versions" ADD COLUMN "attempts" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "file_versions" ADD COLUMN "indexed" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "text_chunks" ADD CONSTRAINT "text_chunks_file_version_id_file_versions_id_fk" FOREIGN KEY ("file_version_id") REFERENCES "public"."file_versions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "search_passages" ADD CONSTRAINT "search_passages_chunk_id_text_chunks_id_fk" FOREIGN KEY ("chunk_id") REFERENCES "public"."text_chunks"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "search_scopes" ADD CONSTRAINT "search_scopes_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "text_chunks_version" ON "text_chunks" USING btree ("file_version_id","ordinal");--> statement-breakpoint
CREATE INDEX "search_passages_keys" ON "search_passages" USING gin ("keys") WITH (fastupdate=false);--> statement-breakpoint
CREATE INDEX "file_versions_unread" ON "file_versions" USING btree ("created_at") WHERE "file_versions"."status" in ('queued', 'reading');--> statement-breakpoint
CREATE INDEX "files_deleted" ON "files" USING btree ("deleted_at") WHERE "files"."deleted_at" is not null;