CREATE TABLE "excesses" (
	"model_id" uuid PRIMARY KEY NOT NULL,
	"input_ratio" double precision NOT NULL,
	"input_excess" integer NOT NULL,
	"output_ratio" double precision NOT NULL,
	"output_excess" integer NOT NULL,
	"learned_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "project_members" DROP CONSTRAINT "project_members_role";--> statement-breakpoint
ALTER TABLE "generation_events" ADD COLUMN "stored_at" timestamp (3) with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
ALTER TABLE "holds" ADD COLUMN "max_output_tokens" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "holds" ADD COLUMN "input_extra" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "holds" ADD COLUMN "output_extra" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "holds" ADD COLUMN "sent_at" timestamp (3) with time zone DEFAULT now();--> statement-breakpoint
ALTER TABLE "holds" ADD COLUMN "reported" jsonb;--> statement-breakpoint
ALTER TABLE "holds" ADD COLUMN "counted_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "ledger" ADD COLUMN "held_micro_usd" bigint;--> statement-breakpoint
ALTER TABLE "project_members" ADD CONSTRAINT "project_members_role" CHECK ("project_members"."role" in ('owner', 'editor', 'viewer'));