CREATE TABLE "storage_usage" (
	"scope" text NOT NULL,
	"scope_id" uuid NOT NULL,
	"bytes" bigint NOT NULL,
	"files" integer NOT NULL,
	"versions" integer NOT NULL,
	CONSTRAINT "storage_usage_scope_scope_id_pk" PRIMARY KEY("scope","scope_id"),
	CONSTRAINT "storage_usage_scope" CHECK ("storage_usage"."scope" in ('workspace', 'project', 'user'))
);
--> statement-breakpoint
ALTER TABLE "files" ADD COLUMN "created_by" uuid;--> statement-breakpoint
ALTER TABLE "files" ADD COLUMN "stored_bytes" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "files" ADD COLUMN "stored_versions" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "files" ADD CONSTRAINT "files_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;
--> statement-breakpoint
-- Nothing is added or removed while what is there is counted.
LOCK TABLE "files", "file_versions" IN SHARE ROW EXCLUSIVE MODE;--> statement-breakpoint
UPDATE "files" SET "stored_bytes" = stored.bytes, "stored_versions" = stored.versions, "created_by" = stored.created_by
FROM (
  SELECT file_id, sum(size_bytes) AS bytes, count(*) AS versions,
    (array_agg(created_by ORDER BY version))[1] AS created_by
  FROM "file_versions" GROUP BY file_id
) stored
WHERE stored.file_id = "files".id;--> statement-breakpoint
INSERT INTO "storage_usage" (scope, scope_id, bytes, files, versions)
SELECT 'workspace', '00000000-0000-0000-0000-000000000000', coalesce(sum(stored_bytes), 0), count(*), coalesce(sum(stored_versions), 0)
FROM "files";--> statement-breakpoint
INSERT INTO "storage_usage" (scope, scope_id, bytes, files, versions)
SELECT 'project', project_id, sum(stored_bytes), count(*), sum(stored_versions)
FROM "files" GROUP BY project_id;--> statement-breakpoint
INSERT INTO "storage_usage" (scope, scope_id, bytes, files, versions)
SELECT 'user', created_by, sum(bytes), sum(files), sum(versions) FROM (
  SELECT created_by, 0 AS bytes, 1 AS files, 0 AS versions FROM "files"
  UNION ALL
  SELECT created_by, size_bytes, 0, 1 FROM "file_versions"
) added
WHERE created_by IS NOT NULL GROUP BY created_by;--> statement-breakpoint
CREATE FUNCTION "add_storage"(of_scope text, of_id uuid, more_bytes bigint, more_files integer, more_versions integer)
RETURNS void LANGUAGE sql AS $$
  INSERT INTO storage_usage AS usage (scope, scope_id, bytes, files, versions)
  SELECT of_scope, of_id, more_bytes, more_files, more_versions WHERE of_id IS NOT NULL
  ON CONFLICT (scope, scope_id) DO UPDATE SET
    bytes = usage.bytes + excluded.bytes,
    files = usage.files + excluded.files,
    versions = usage.versions + excluded.versions
$$;
--> statement-breakpoint
-- The workspace's row comes first, always: whoever holds it waits for no other row of usage.
CREATE FUNCTION "count_file"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  nobody CONSTANT uuid := '00000000-0000-0000-0000-000000000000';
  more_bytes bigint := 0;
  more_files integer := 0;
  more_versions integer := 0;
BEGIN
  IF TG_OP <> 'INSERT' THEN
    more_bytes := more_bytes - OLD.stored_bytes;
    more_files := more_files - 1;
    more_versions := more_versions - OLD.stored_versions;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    more_bytes := more_bytes + NEW.stored_bytes;
    more_files := more_files + 1;
    more_versions := more_versions + NEW.stored_versions;
  END IF;
  PERFORM add_storage('workspace', nobody, more_bytes, more_files, more_versions);
  IF TG_OP = 'DELETE' THEN
    PERFORM add_storage('project', OLD.project_id, more_bytes, more_files, more_versions);
    PERFORM add_storage('user', OLD.created_by, 0, more_files, 0);
  ELSE
    PERFORM add_storage('project', NEW.project_id, more_bytes, more_files, more_versions);
    IF TG_OP = 'INSERT' THEN
      PERFORM add_storage('user', NEW.created_by, 0, more_files, 0);
    END IF;
  END IF;
  RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE FUNCTION "count_file_version"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    UPDATE files SET stored_bytes = stored_bytes + NEW.size_bytes, stored_versions = stored_versions + 1
    WHERE id = NEW.file_id;
    PERFORM add_storage('user', NEW.created_by, NEW.size_bytes, 0, 1);
  ELSE
    -- When its file goes too, that has been counted with all its versions.
    UPDATE files SET stored_bytes = stored_bytes - OLD.size_bytes, stored_versions = stored_versions - 1
    WHERE id = OLD.file_id;
    PERFORM add_storage('user', OLD.created_by, -OLD.size_bytes, 0, -1);
  END IF;
  RETURN NULL;
END
$$;
--> statement-breakpoint
-- Triggers fire in the order of their names: this one before those of foreign keys (RI_…), which delete versions.
CREATE TRIGGER "Files_are_counted" AFTER INSERT OR DELETE OR UPDATE OF "stored_bytes", "stored_versions" ON "files"
FOR EACH ROW EXECUTE FUNCTION "count_file"();
--> statement-breakpoint
CREATE TRIGGER "File_versions_are_counted" AFTER INSERT OR DELETE ON "file_versions"
FOR EACH ROW EXECUTE FUNCTION "count_file_version"();
