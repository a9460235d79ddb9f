import { z } from "@hono/zod-openapi";
import { expectedVersion, versionTag } from "../../platform/http/etag.ts";
import { jsonAnswer, jsonBody } from "../../platform/http/json.ts";
import { createRoute, guard, guardRead, router } from "../../platform/http/route.ts";
import {
  type CatalogueModel,
  CONNECTABLE_KINDS,
  listModels,
  pricesFor,
} from "../../providers/index.ts";
import { admin } from "../identity/index.ts";
import { addModel, changeModel, deleteModel, getModel } from "./manage-models.ts";
import { listAllModels, type ModelRow } from "./repo.ts";
import {
  type AdminModel,
  adminModel,
  adminModels,
  type CatalogueEntry,
  catalogue,
  modelChange,
  newModel,
} from "./schema.ts";

const params = z.object({ modelId: z.uuid() });
const one = (description: string) => jsonAnswer(adminModel, description);

export function adminModelRoutes() {
  return router()
    .openapi(
      createRoute({
        method: "get",
        path: "/admin/models",
        ...guardRead(admin, "admin.read", "model"),
        tags: ["admin"],
        summary: "All models, including disabled ones",
        responses: { 200: jsonAnswer(adminModels, "Models, oldest first") },
      }),
      async (c) => {
        const rows = await listAllModels(c.get("ctx").db);
        return c.json({ items: rows.map(present), nextCursor: null }, 200);
      },
    )
    .openapi(
      createRoute({
        method: "post",
        path: "/admin/models",
        ...guard(admin, "model.created"),
        tags: ["admin"],
        summary: "Offer a model of a provider",
        request: { body: jsonBody(newModel) },
        responses: { 201: one("The model") },
      }),
      async (c) => {
        const row = await addModel(c.get("ctx"), c.get("admin"), c.req.valid("json"));
        return c.json(present(row), 201, { etag: versionTag(row.version) });
      },
    )
    .openapi(
      createRoute({
        method: "get",
        path: "/admin/models/{modelId}",
        ...guardRead(admin, "admin.read", "model"),
        tags: ["admin"],
        summary: "One model",
        request: { params },
        responses: { 200: one("The model") },
      }),
      async (c) => {
        const { model } = await getModel(c.get("ctx"), c.req.valid("param").modelId);
        return c.json(present(model), 200, { etag: versionTag(model.version) });
      },
    )
    .openapi(
      createRoute({
        method: "patch",
        path: "/admin/models/{modelId}",
        ...guard(admin, "model.updated"),
        tags: ["admin"],
        summary: "Change a model, its prices, or switch it off",
        request: { params, body: jsonBody(modelChange) },
        responses: { 200: one("The model") },
      }),
      async (c) => {
        const row = await changeModel(
          c.get("ctx"),
          c.get("admin"),
          c.req.valid("param").modelId,
          c.req.valid("json"),
          expectedVersion(c),
        );
        return c.json(present(row), 200, { etag: versionTag(row.version) });
      },
    )
    .openapi(
      createRoute({
        method: "delete",
        path: "/admin/models/{modelId}",
        ...guard(admin, "model.deleted"),
        tags: ["admin"],
        summary: "Remove a model",
        request: { params },
        responses: { 204: { description: "Done" } },
      }),
      async (c) => {
        await deleteModel(c.get("ctx"), c.get("admin"), c.req.valid("param").modelId);
        return c.body(null, 204);
      },
    )
    .openapi(
      createRoute({
        method: "get",
        path: "/admin/catalogue",
        ...guardRead(admin, "admin.read", "catalogue"),
        tags: ["admin"],
        summary: "Known models of a kind of provider, with their prices, to choose from",
        request: {
          query: z.object({
            kind: z.enum(CONNECTABLE_KINDS),
            /** Endpoint of the models; default: the vendor's own. */
            baseUrl: z
              .url({ protocol: /^https?$/ })
              .max(500)
              .optional(),
          }),
        },
        responses: { 200: jsonAnswer(catalogue, "Models by name; none for an unknown address") },
      }),
      async (c) => {
        const { kind, baseUrl } = c.req.valid("query");
        const models = await listModels(baseUrl === undefined ? { kind } : { kind, baseUrl });
        return c.json({ items: models.map(presentEntry), nextCursor: null }, 200);
      },
    );
}

function present(row: ModelRow): AdminModel {
  return {
    id: row.id,
    providerId: row.providerId,
    name: row.name,
    displayName: row.displayName,
    contextWindow: row.contextWindow,
    maxOutputTokens: row.maxOutputTokens,
    images: row.images,
    reasoning: row.reasoning,
    prices: pricesFor({ tiers: row.priceTiers, source: row.priceVersion }, 0),
    priceTiers: row.priceTiers,
    priceVersion: row.priceVersion,
    learned: row.learned,
    enabled: row.enabled,
    version: row.version,
    createdAt: row.createdAt.toISOString(),
  };
}

function presentEntry(model: CatalogueModel): CatalogueEntry {
  return {
    name: model.id,
    displayName: model.name,
    contextWindow: model.contextWindow ?? null,
    maxOutputTokens: model.maxOutputTokens,
    images: model.images,
    reasoning: model.thinking,
    prices: pricesFor(model.prices, 0),
    priceVersion: model.prices.source,
  };
}
