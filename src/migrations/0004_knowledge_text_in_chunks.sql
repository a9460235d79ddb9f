DROP TABLE "chunks" CASCADE;--> statement-breakpoint
ALTER TABLE "file_versions" DROP COLUMN "text";