import { z } from "@hono/zod-openapi";
import type { Config } from "../../config.ts";
import { expectedVersion, versionTag } from "../../platform/http/etag.ts";
import { jsonAnswer, jsonBody } from "../../platform/http/json.ts";
import { refusals } from "../../platform/http/refusals.ts";
import { createRoute, guard, guardRead, router } from "../../platform/http/route.ts";
import { PRESETS } from "../../providers/index.ts";
import { admin } from "../identity/index.ts";
import { environmentKey } from "./choose-model.ts";
import { addProvider, changeProvider, deleteProvider, getProvider } from "./manage-providers.ts";
import { readOfferedModels } from "./read-offered-models.ts";
import { listProviders, type ProviderRow } from "./repo.ts";
import {
  type AdminProvider,
  adminProvider,
  adminProviders,
  newProvider,
  offeredModels,
  providerChange,
  providerPresets,
  providerTest,
  providerTestResult,
} from "./schema.ts";
import { testProvider } from "./test-provider.ts";

const params = z.object({ providerId: z.uuid() });
const one = (description: string) => jsonAnswer(adminProvider, description);

export function adminProviderRoutes() {
  return router()
    .openapi(
      createRoute({
        method: "get",
        path: "/admin/providers",
        ...guardRead(admin, "admin.read", "provider"),
        tags: ["admin"],
        summary: "All providers",
        responses: { 200: jsonAnswer(adminProviders, "Providers, oldest first") },
      }),
      async (c) => {
        const rows = await listProviders(c.get("ctx").db);
        return c.json(
          { items: rows.map((row) => present(row, c.get("ctx").deps.config)), nextCursor: null },
          200,
        );
      },
    )
    .openapi(
      createRoute({
        method: "post",
        path: "/admin/providers",
        ...guard(admin, "provider.created"),
        tags: ["admin"],
        summary: "Add a provider",
        request: { body: jsonBody(newProvider) },
        responses: { 201: one("The provider") },
      }),
      async (c) => {
        const row = await addProvider(c.get("ctx"), c.get("admin"), c.req.valid("json"));
        return c.json(present(row, c.get("ctx").deps.config), 201, {
          etag: versionTag(row.version),
        });
      },
    )
    .openapi(
      createRoute({
        method: "get",
        path: "/admin/providers/{providerId}",
        ...guardRead(admin, "admin.read", "provider"),
        tags: ["admin"],
        summary: "One provider",
        request: { params },
        responses: { 200: one("The provider") },
      }),
      async (c) => {
        const row = await getProvider(c.get("ctx"), c.req.valid("param").providerId);
        return c.json(present(row, c.get("ctx").deps.config), 200, {
          etag: versionTag(row.version),
        });
      },
    )
    .openapi(
      createRoute({
        method: "patch",
        path: "/admin/providers/{providerId}",
        ...guard(admin, "provider.updated"),
        tags: ["admin"],
        summary: "Change a provider, or replace its key",
        request: { params, body: jsonBody(providerChange) },
        responses: { 200: one("The provider") },
      }),
      async (c) => {
        const row = await changeProvider(
          c.get("ctx"),
          c.get("admin"),
          c.req.valid("param").providerId,
          c.req.valid("json"),
          expectedVersion(c),
        );
        return c.json(present(row, c.get("ctx").deps.config), 200, {
          etag: versionTag(row.version),
        });
      },
    )
    .openapi(
      createRoute({
        method: "delete",
        path: "/admin/providers/{providerId}",
        ...guard(admin, "provider.deleted"),
        tags: ["admin"],
        summary: "Remove a provider and its key",
        request: { params },
        responses: { 204: { description: "Done" } },
      }),
      async (c) => {
        await deleteProvider(c.get("ctx"), c.get("admin"), c.req.valid("param").providerId);
        return c.body(null, 204);
      },
    )
    .openapi(
      createRoute({
        method: "get",
        path: "/admin/providers/{providerId}/models",
        ...guardRead(admin, "admin.read", "provider"),
        tags: ["admin"],
        summary: "Names of the models that a provider lists, asked now",
        request: { params },
        responses: { 200: jsonAnswer(offeredModels, "The list, or the provider's error") },
      }),
      async (c) =>
        c.json(await readOfferedModels(c.get("ctx"), c.req.valid("param").providerId), 200),
    )
    .openapi(
      createRoute({
        method: "get",
        path: "/admin/provider-presets",
        ...guardRead(admin, "admin.read", "catalogue"),
        tags: ["admin"],
        summary: "Known vendors and servers, to connect a provider from",
        responses: { 200: jsonAnswer(providerPresets, "Presets, in the order to offer them") },
      }),
      async (c) => c.json({ items: [...PRESETS], nextCursor: null }, 200),
    )
    .openapi(
      createRoute({
        method: "post",
        path: "/admin/providers/{providerId}/test",
        ...guard(admin, "provider.tested"),
        tags: ["admin"],
        summary: "Test a provider with one small call",
        request: { params, body: jsonBody(providerTest) },
        responses: { 200: jsonAnswer(providerTestResult, "The result"), ...refusals(402) },
      }),
      async (c) => {
        const { providerId } = c.req.valid("param");
        return c.json(
          await testProvider(c.get("ctx"), c.get("admin"), providerId, c.req.valid("json").model),
          200,
        );
      },
    );
}

function present(row: ProviderRow, config: Config): AdminProvider {
  const hasKey =
    row.sealedKey !== null ||
    (row.origin === "environment" && environmentKey(row.kind, config) !== undefined);
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    baseUrl: row.baseUrl,
    origin: row.origin,
    enabled: row.enabled,
    hasKey,
    keyHint: row.keyHint,
    auth: row.auth,
    headers: row.headers.map((header) =>
      "value" in header
        ? { ...header, secret: false }
        : { name: header.name, value: null, secret: true },
    ),
    dialect: row.dialect,
    version: row.version,
    createdAt: row.createdAt.toISOString(),
  };
}
