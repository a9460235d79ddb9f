DROP INDEX "audit_log_action_at";--> statement-breakpoint
DROP INDEX "audit_log_actor_at";--> statement-breakpoint
DROP INDEX "audit_log_project_at";--> statement-breakpoint
DROP INDEX "audit_log_target_at";--> statement-breakpoint
DROP INDEX "threads_project_recent";--> statement-breakpoint
DROP INDEX "threads_owner_recent";--> statement-breakpoint
CREATE INDEX "audit_log_action_recent" ON "audit_log" USING btree ("action","at","id");--> statement-breakpoint
CREATE INDEX "audit_log_actor_recent" ON "audit_log" USING btree ("actor_id","at","id");--> statement-breakpoint
CREATE INDEX "audit_log_project_recent" ON "audit_log" USING btree ("project_id","at","id");--> statement-breakpoint
CREATE INDEX "audit_log_target_recent" ON "audit_log" USING btree ("target_id","at","id");--> statement-breakpoint
CREATE INDEX "files_of_project" ON "files" USING btree ("project_id","created_at","id") WHERE "files"."deleted_at" is null;--> statement-breakpoint
CREATE INDEX "projects_recent" ON "projects" USING btree ("updated_at","id") WHERE "projects"."deleted_at" is null;--> statement-breakpoint
CREATE INDEX "threads_of_owner" ON "threads" USING btree ("owner_id","last_message_at","id") WHERE "threads"."deleted_at" is null;--> statement-breakpoint
CREATE INDEX "threads_of_owner_in_project" ON "threads" USING btree ("project_id","owner_id","last_message_at","id") WHERE "threads"."deleted_at" is null;--> statement-breakpoint
CREATE INDEX "threads_shared_in_project" ON "threads" USING btree ("project_id","last_message_at","id") WHERE "threads"."deleted_at" is null and "threads"."visibility" = 'project';--> statement-breakpoint
CREATE INDEX "threads_shared" ON "threads" USING btree ("last_message_at","id") WHERE "threads"."deleted_at" is null and "threads"."visibility" = 'project';--> statement-breakpoint
CREATE INDEX "threads_deleted" ON "threads" USING btree ("deleted_at") WHERE "threads"."deleted_at" is not null;