ALTER TABLE "providers" DROP CONSTRAINT "providers_kind";--> statement-breakpoint
ALTER TABLE "providers" DROP CONSTRAINT "providers_auth";--> statement-breakpoint
ALTER TABLE "providers" ADD CONSTRAINT "providers_kind" CHECK ("providers"."kind" in ('anthropic', 'openai', 'google', 'excerpts'));--> statement-breakpoint
ALTER TABLE "providers" ADD CONSTRAINT "providers_auth" CHECK ("providers"."auth" in ('bearer', 'api-key', 'x-api-key', 'x-goog-api-key'));