ALTER TABLE "models" ADD COLUMN "learned" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "providers" ADD COLUMN "auth" text;--> statement-breakpoint
ALTER TABLE "providers" ADD COLUMN "headers" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "providers" ADD COLUMN "dialect" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "providers" ADD CONSTRAINT "providers_auth" CHECK ("providers"."auth" in ('bearer', 'api-key', 'x-api-key'));