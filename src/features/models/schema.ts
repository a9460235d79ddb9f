import { z } from "@hono/zod-openapi";
import { line, orNull, timestamp } from "../../platform/http/json.ts";
import { CONNECTABLE_KINDS, PROVIDER_KINDS } from "../../providers/index.ts";
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
  // These parts would be shown and logged, and are not needed for calls.
  .refine((value) => !/[?#@]/.test(value), "must have no user, query or fragment");
const apiKey = z
  .string()
  .trim()
  .min(1)
  .max(500)
  .regex(/^[\x21-\x7e]+$/, "must be printable ASCII without spaces");
export const newProvider = z
  .strictObject({
    kind: z.enum(CONNECTABLE_KINDS),
    name: line(80),
    baseUrl: baseUrl.nullable().default(null),
    apiKey: apiKey.nullable().default(null),
  })
  .openapi("NewProvider");
export type NewProvider = z.infer<typeof newProvider>;
export const providerChange = z
  .strictObject({
    name: line(80).optional(),
    /** A new address needs the key again: a key is only sent to the address it was entered for. */
    baseUrl: baseUrl.nullable().optional(),
    apiKey: apiKey.nullable().optional(),
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
    enabled: z.boolean().optional(),
  })
  .openapi("ModelChange");
export type ModelChange = z.infer<typeof modelChange>;

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
