import { sql } from "drizzle-orm";
import {
  boolean,
  check,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { WORKSPACE_ROLES } from "../../platform/context.ts";
import { createdAt, id, instant, isOneOf, updatedAt } from "../../platform/db/columns.ts";

/** Owners of memberships and budgets: a user, later also an SSO group. A user's principal has the user's id. */
const PRINCIPAL_KINDS = ["user", "group"] as const;

export const principals = pgTable(
  "principals",
  { id: id(), kind: text("kind", { enum: PRINCIPAL_KINDS }).notNull(), createdAt: createdAt() },
  (table) => [check("principals_kind", isOneOf(table.kind, PRINCIPAL_KINDS))],
);

export const users = pgTable(
  "users",
  {
    id: id(),
    name: text("name").notNull(),
    email: text("email").notNull(),
    emailVerified: boolean("email_verified").notNull().default(false),
    image: text("image"),
    role: text("role", { enum: WORKSPACE_ROLES }).notNull().default("member"),
    disabledAt: instant("disabled_at"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    uniqueIndex("users_email_unique").on(sql`lower(${table.email})`),
    check("users_role", isOneOf(table.role, WORKSPACE_ROLES)),
  ],
);

export const sessions = pgTable(
  "sessions",
  {
    id: id(),
    userId: uuid("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    token: text("token").notNull().unique(),
    expiresAt: instant("expires_at").notNull(),
    ipAddress: text("ip_address"),
    userAgent: text("user_agent"),
    /** Accurate to about a minute. */
    lastSeenAt: instant("last_seen_at").notNull().defaultNow(),
    /** When the password was last given in this session. */
    authenticatedAt: instant("authenticated_at").notNull().defaultNow(),
    /** Whether the browser holds the session under the HTTPS-only cookie name. */
    hostCookie: boolean("host_cookie").notNull().default(false),
    /** Failed sign-in attempts between the previous sign-in and this one. */
    failedBefore: integer("failed_before").notNull().default(0),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [index("sessions_user").on(table.userId)],
);

/** Credentials: one row per sign-in method; the token columns are for single sign-on. */
export const accounts = pgTable(
  "accounts",
  {
    id: id(),
    userId: uuid("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    accountId: text("account_id").notNull(),
    providerId: text("provider_id").notNull(),
    accessToken: text("access_token"),
    refreshToken: text("refresh_token"),
    idToken: text("id_token"),
    accessTokenExpiresAt: instant("access_token_expires_at"),
    refreshTokenExpiresAt: instant("refresh_token_expires_at"),
    scope: text("scope"),
    password: text("password"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [index("accounts_user").on(table.userId)],
);

/**
 * Failed sign-in attempts since the last success, also for addresses without an account, so that neither timing
 * nor rows reveal accounts.
 */
export const failedSignIns = pgTable("failed_sign_ins", {
  /** Of the e-mail address, with a key of the ring. */
  accountHash: text("account_hash").primaryKey(),
  count: integer("count").notNull(),
  lastAt: instant("last_at").notNull(),
});

/** Groups in which an account's attempts are counted, so that none uses up another's. */
export const ALLOWANCES = ["stranger", "network", "device"] as const;
export type Allowance = (typeof ALLOWANCES)[number];

/** Sign-in attempts in the current window, also for addresses without an account. */
export const signInAttempts = pgTable(
  "sign_in_attempts",
  {
    /** Of the e-mail address, with a key of the ring. */
    accountHash: text("account_hash").notNull(),
    allowance: text("allowance", { enum: ALLOWANCES }).notNull(),
    count: integer("count").notNull(),
    endsAt: instant("ends_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.accountHash, table.allowance] }),
    check("sign_in_attempts_allowance", isOneOf(table.allowance, ALLOWANCES)),
  ],
);

/** Networks from which someone has signed in; without users, so that it does not reveal accounts. */
export const knownNetworks = pgTable("known_networks", {
  /** An address, or an IPv6 network. */
  network: text("network").primaryKey(),
  lastAt: instant("last_at").notNull(),
});

/** One-time links: first set-up and password resets. Only the hash of a token is stored. */
export const oneTimeTokens = pgTable("one_time_tokens", {
  id: id(),
  purpose: text("purpose", { enum: ["setup", "password_reset"] }).notNull(),
  tokenHash: text("token_hash").notNull().unique(),
  userId: uuid("user_id").references(() => users.id, { onDelete: "cascade" }),
  expiresAt: instant("expires_at").notNull(),
  usedAt: instant("used_at"),
  createdAt: createdAt(),
});

export const apiKeys = pgTable(
  "api_keys",
  {
    id: id(),
    userId: uuid("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    /** The first characters, to tell keys apart. */
    prefix: text("prefix").notNull(),
    hash: text("hash").notNull().unique(),
    scopes: text("scopes").array().notNull(),
    expiresAt: instant("expires_at"),
    lastUsedAt: instant("last_used_at"),
    revokedAt: instant("revoked_at"),
    createdAt: createdAt(),
  },
  (table) => [index("api_keys_user").on(table.userId)],
);
