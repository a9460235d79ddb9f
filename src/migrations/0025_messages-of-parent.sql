CREATE INDEX "messages_of_parent" ON "messages" USING btree ("thread_id","parent_id","created_at");--> statement-breakpoint
DROP INDEX "messages_thread";
