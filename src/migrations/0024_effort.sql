ALTER TABLE "agents" ADD COLUMN "effort" text;--> statement-breakpoint
ALTER TABLE "threads" ADD COLUMN "effort" text;--> statement-breakpoint
ALTER TABLE "agents" ADD CONSTRAINT "agents_effort" CHECK ("agents"."effort" in ('off', 'low', 'medium', 'high'));--> statement-breakpoint
ALTER TABLE "threads" ADD CONSTRAINT "threads_effort" CHECK ("threads"."effort" in ('off', 'low', 'medium', 'high'));