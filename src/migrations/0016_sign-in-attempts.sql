CREATE TABLE "known_networks" (
	"network" text PRIMARY KEY NOT NULL,
	"last_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sign_in_attempts" (
	"account_hash" text NOT NULL,
	"allowance" text NOT NULL,
	"count" integer NOT NULL,
	"ends_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "sign_in_attempts_account_hash_allowance_pk" PRIMARY KEY("account_hash","allowance"),
	CONSTRAINT "sign_in_attempts_allowance" CHECK ("sign_in_attempts"."allowance" in ('stranger', 'network', 'device'))
);
