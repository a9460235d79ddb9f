ALTER TABLE "budgets" DROP CONSTRAINT "budgets_not_negative";--> statement-breakpoint
ALTER TABLE "models" ADD COLUMN "price_tiers" jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "holds" ADD COLUMN "thread_id" uuid;--> statement-breakpoint
ALTER TABLE "holds" ADD COLUMN "message_id" uuid;--> statement-breakpoint
ALTER TABLE "holds" ADD COLUMN "provider" text NOT NULL;--> statement-breakpoint
ALTER TABLE "holds" ADD COLUMN "model" text NOT NULL;--> statement-breakpoint
ALTER TABLE "holds" ADD COLUMN "price_tiers" jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "holds" ADD COLUMN "budget_ids" uuid[] NOT NULL;--> statement-breakpoint
ALTER TABLE "models" DROP COLUMN "input_price";--> statement-breakpoint
ALTER TABLE "models" DROP COLUMN "cache_read_price";--> statement-breakpoint
ALTER TABLE "models" DROP COLUMN "cache_write_price";--> statement-breakpoint
ALTER TABLE "models" DROP COLUMN "output_price";--> statement-breakpoint
ALTER TABLE "budgets" ADD CONSTRAINT "budgets_not_negative" CHECK ("budgets"."spent_micro_usd" >= 0 and "budgets"."held_micro_usd" >= 0 and "budgets"."overrun_micro_usd" >= 0);