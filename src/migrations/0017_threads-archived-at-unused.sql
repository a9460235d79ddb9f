-- Nothing reads or writes it from this release on. The release before selects it by name, so it stays until the
-- next one, whose migration is: ALTER TABLE "threads" DROP COLUMN "archived_at";
COMMENT ON COLUMN "threads"."archived_at" IS 'Unused; to be dropped by the next release.';
