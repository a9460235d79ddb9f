import { z } from "@hono/zod-openapi";
import { line, orNull, timestamp } from "../../platform/http/json.ts";
import {
  AUTH_FORMS,
  CONNECTABLE_KINDS,
  OUTPUT_LIMITS,
  PROVIDER_KINDS,
  REASONING_FORMS,
  SYSTEM_ROLES,
} from "../../providers/index.ts";
import { tokenUsage } from "../metering/index.ts";
import { PROVIDER_ORIGINS } from "./tables.ts";

/** Micro-USD per million tokens; 1,000 dollars a token is beyond anything sold. */
const price = z.number().int().min(0).max(1_000_000_000_000);
export const prices = z
  .strictObject({ input: price, cacheRead: price, cacheWrite: price, output: price })
  .openapi("Prices");

export const providerKind = z.enum(PROVIDER_KINDS);

/** A model that users can choose. */
export const modelChoice = z
  .object({
    id: z.uuid(),
    displayName: z.string(),
    providerName: z.string(),
    providerKind,
    contextWindow: z.number().int(),
    maxOutputTokens: z.number().int(),
    images: z.boolean(),
    reasoning: z.boolean(),
    /** For a call with little input. */
    prices,
    /** True for the model that is used where none was chosen. */
    isDefault: z.boolean(),
  })
  .openapi("ModelChoice");
export type ModelChoice = z.infer<typeof modelChoice>;

export const modelChoices = z
  .object({ items: z.array(modelChoice), nextCursor: z.null() })
  .openapi("ModelChoices");

const version = z.number().int();

/** What is asked otherwise than address and model name tell; omitted fields follow them. */
const dialectFields = {
  outputLimit: z.enum(OUTPUT_LIMITS).optional(),
  includeUsage: z.boolean().optional(),
  temperature: z.boolean().optional(),
  systemRole: z.enum(SYSTEM_ROLES).optional(),
  reasoning: z.enum(REASONING_FORMS).optional(),
  cacheBreakpoints: z.boolean().optional(),
  signedThinking: z.boolean().optional(),
};
const dialect = z.strictObject(dialectFields).openapi("Dialect");
const learnedDialect = z
  .object({
    ...dialectFields,
    maxOutputTokens: z.number().int().optional(),
    contextWindow: z.number().int().optional(),
  })
  .openapi("LearnedDialect");

/** Null: the format's usual place. */
const auth = z.enum(AUTH_FORMS).nullable();

/** A header sent with each request; the value of a secret one is never shown. */
const header = z.object({ name: z.string(), value: z.string().nullable(), secret: z.boolean() });

export const adminProvider = z
  .object({
    id: z.uuid(),
    kind: providerKind,
    name: z.string(),
    /** Null: the vendor's own address. */
    baseUrl: z.string().nullable(),
    origin: z.enum(PROVIDER_ORIGINS),
    enabled: z.boolean(),
    /** Whether there is an API key; the key itself is never shown. */
    hasKey: z.boolean(),
    /** Its last characters, if an admin entered it. */
    keyHint: z.string().nullable(),
    auth,
    headers: z.array(header),
    dialect,
    version,
    createdAt: timestamp,
  })
  .openapi("AdminProvider");
export type AdminProvider = z.infer<typeof adminProvider>;
export const adminProviders = z
  .object({ items: z.array(adminProvider), nextCursor: z.null() })
  .openapi("AdminProviders");

const baseUrl = z
  .url({ protocol: /^https?$/ })
  .max(500)
  // These parts would be shown and logged; of queries calls need Azure's version only.
  .refine(
    (value) => /^[^?#@]*(\?api-version=[\w.-]{1,40})?$/.test(value),
    "must have no user, no fragment, and no query but api-version",
  );
const apiKey = z
  .string()
  .trim()
  .min(1)
  .max(500)
  .regex(/^[\x21-\x7e]+$/, "must be printable ASCII without spaces");
/** HTTP's own and the format's headers; others may be added. */
const RESERVED =
  /^(host|connection|content-.*|transfer-encoding|accept(-encoding)?|te|trailer|upgrade|expect|keep-alive|proxy-.*)$/i;
const headerInput = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/, "must be a header's name")
    .refine((name) => !RESERVED.test(name), "is set by the request itself"),
  /** Null: the stored value of this secret header is kept. */
  value: z
    .string()
    .trim()
    .min(1)
    .max(2_000)
    .regex(/^[\x20-\x7e]+$/, "must be printable ASCII")
    .nullable(),
  secret: z.boolean().default(false),
});
export type HeaderInput = z.infer<typeof headerInput>;
const headers = z
  .array(headerInput)
  .max(20)
  .refine(
    (list) => new Set(list.map(({ name }) => name.toLowerCase())).size === list.length,
    "must have each name once",
  );

export const newProvider = z
  .strictObject({
    kind: z.enum(CONNECTABLE_KINDS),
    name: line(80),
    baseUrl: baseUrl.nullable().default(null),
    apiKey: apiKey.nullable().default(null),
    auth: auth.default(null),
    headers: headers.default([]),
    dialect: dialect.default({}),
  })
  .openapi("NewProvider");
export type NewProvider = z.infer<typeof newProvider>;
export const providerChange = z
  .strictObject({
    name: line(80).optional(),
    /** A new address needs the key again: a key is only sent to the address it was entered for. */
    baseUrl: baseUrl.nullable().optional(),
    apiKey: apiKey.nullable().optional(),
    auth: auth.optional(),
    /** All of them; a new address needs the values of secret ones again. */
    headers: headers.optional(),
    /** Replaces all changes; what was learned of the provider's models is forgotten. */
    dialect: dialect.optional(),
    enabled: z.boolean().optional(),
  })
  .openapi("ProviderChange");
export type ProviderChange = z.infer<typeof providerChange>;

export const providerTest = z.strictObject({ model: line(200).optional() }).openapi("ProviderTest");
export const providerTestResult = z
  .object({
    ok: z.boolean(),
    model: z.string(),
    /** Of the whole call, in milliseconds. */
    durationMs: z.number().int(),
    usage: orNull(tokenUsage),
    costMicroUsd: z.number().int().nullable(),
    /** With a wrong address: one at which the provider answers, to be saved instead. */
    suggestedBaseUrl: z.string().nullable(),
    /** The error and its message; null on success. */
    error: z
      .object({
        code: z.string(),
        detail: z.string(),
        /** The provider's own sentence, cut and without secrets. */
        vendorSentence: z.string().nullable(),
      })
      .nullable(),
  })
  .openapi("ProviderTestResult");
export type ProviderTestResult = z.infer<typeof providerTestResult>;

const tokens = (max: number) => z.number().int().min(1).max(max);
const described = {
  displayName: line(120).optional(),
  contextWindow: tokens(100_000_000).optional(),
  maxOutputTokens: tokens(10_000_000).optional(),
  images: z.boolean().optional(),
  reasoning: z.boolean().optional(),
};
export const adminModel = z
  .object({
    id: z.uuid(),
    providerId: z.uuid(),
    name: z.string(),
    displayName: z.string(),
    contextWindow: z.number().int(),
    maxOutputTokens: z.number().int(),
    images: z.boolean(),
    reasoning: z.boolean(),
    prices,
    /** Prices for calls with much input, where the vendor charges more for them. */
    priceTiers: z.array(z.object({ aboveInputTokens: z.number().int(), prices })),
    /** Source of the prices. */
    priceVersion: z.string(),
    /** What the provider refused of this model's calls, and is asked otherwise since. */
    learned: learnedDialect,
    enabled: z.boolean(),
    version,
    createdAt: timestamp,
  })
  .openapi("AdminModel");
export type AdminModel = z.infer<typeof adminModel>;
export const adminModels = z
  .object({ items: z.array(adminModel), nextCursor: z.null() })
  .openapi("AdminModels");
/** Omitted fields come from the catalogue; a model it does not have needs prices. */
export const newModel = z
  .strictObject({ providerId: z.uuid(), name: line(200), ...described, prices: prices.optional() })
  .openapi("NewModel");
export type NewModel = z.infer<typeof newModel>;
export const modelChange = z
  .strictObject({
    ...described,
    /** Null: reset to the catalogue's. */
    prices: orNull(prices).optional(),
    /** Forgets what was learned, so that calls are asked as usual again. */
    forgetLearned: z.boolean().optional(),
    enabled: z.boolean().optional(),
  })
  .openapi("ModelChange");
export type ModelChange = z.infer<typeof modelChange>;

/** Names of models as the provider lists them, or why it did not. */
export const offeredModels = z
  .object({
    items: z.array(z.object({ name: z.string() })),
    nextCursor: z.null(),
    error: z
      .object({ code: z.string(), detail: z.string(), vendorSentence: z.string().nullable() })
      .nullable(),
  })
  .openapi("OfferedModels");
export type OfferedModels = z.infer<typeof offeredModels>;

export const providerPresets = z
  .object({
    items: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        kind: z.enum(CONNECTABLE_KINDS),
        /** Null: the format's own vendor. `{…}` is a part to fill in. */
        baseUrl: z.string().nullable(),
        auth,
        needsKey: z.boolean(),
      }),
    ),
    nextCursor: z.null(),
  })
  .openapi("ProviderPresets");

export const catalogueEntry = z
  .object({
    name: z.string(),
    displayName: z.string(),
    contextWindow: z.number().int().nullable(),
    maxOutputTokens: z.number().int(),
    images: z.boolean(),
    reasoning: z.boolean(),
    prices,
    priceVersion: z.string(),
  })
  .openapi("CatalogueEntry");
export type CatalogueEntry = z.infer<typeof catalogueEntry>;
export const catalogue = z
  .object({ items: z.array(catalogueEntry), nextCursor: z.null() })
  .openapi("Catalogue");
