import { OpenAPIHono } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import { except } from "hono/combine";
import { adminRoutes } from "./features/admin/index.ts";
import { agentRoutes } from "./features/agents/index.ts";
import { auditRoutes } from "./features/audit/index.ts";
import { describeMessages, generationRoutes } from "./features/generation/index.ts";
import {
  admin,
  apiKeyRoutes,
  authenticate,
  identityRoutes,
  refuseBadKeys,
} from "./features/identity/index.ts";
import { contentRoutes, fileRoutes, isUpload } from "./features/knowledge/index.ts";
import { usageRoutes } from "./features/metering/index.ts";
import { modelRoutes } from "./features/models/index.ts";
import {
  createPersonalProject,
  findPersonalProjectId,
  memberRoutes,
  projectRoutes,
} from "./features/projects/index.ts";
import { threadRoutes } from "./features/threads/index.ts";
import { signUpPolicy } from "./features/workspace/index.ts";
import { isMigrated } from "./platform/db/migrate.ts";
import type { Deps } from "./platform/deps.ts";
import { apiDocs } from "./platform/http/api-docs.ts";
import { type ApiDocument, describeApi, withSharedRefusals } from "./platform/http/api-document.ts";
import { jsonLimit, wellFormedJson } from "./platform/http/body.ts";
import { notStored } from "./platform/http/cache.ts";
import { checkHost, warnOfProxy } from "./platform/http/check-host.ts";
import { compressJson } from "./platform/http/compress-json.ts";
import type { AppEnv } from "./platform/http/hono-env.ts";
import { jsonOnly } from "./platform/http/media-type.ts";
import { unanswered } from "./platform/http/method-not-allowed.ts";
import { answerError, problemResponse } from "./platform/http/problem.ts";
import { rateLimit } from "./platform/http/rate-limit.ts";
import { requestContext } from "./platform/http/request-context.ts";
import { sameOrigin } from "./platform/http/same-origin.ts";
import { securityHeaders } from "./platform/http/security.ts";
import { webRoutes } from "./platform/http/web.ts";
import { healthRoutes } from "./platform/observability/health.ts";

/** The complete HTTP application of a role. The only place that knows every feature. */
export function createApp(deps: Deps): OpenAPIHono<AppEnv> {
  const { config, probe, lifecycle } = deps;
  const app = new OpenAPIHono<AppEnv>();
  app.onError(answerError);
  app.notFound((c) => problemResponse(unanswered(app, c.req.path), c.get("requestId")));
  app.route(
    "/",
    healthRoutes(lifecycle, () => isMigrated(probe.sql)),
  );
  app.use(
    requestContext(deps, deps.services.audit.securityEvents),
    deps.metrics.http,
    securityHeaders(config.publicUrl?.startsWith("https:") ?? false),
    warnOfProxy(config, deps.logger),
    checkHost(config),
  );
  if (config.role === "all" || config.role === "api") app.route("/", apiRoutes(deps));
  if (config.role === "all" || config.role === "web") app.route("/", webRoutes());
  return app;
}

const WRITES = ["POST", "PUT", "PATCH", "DELETE"];

/** Everything under /api. */
function apiRoutes(deps: Deps): OpenAPIHono<AppEnv> {
  const api = new OpenAPIHono<AppEnv>();
  // Write guards are registered for write methods only: reads are most requests.
  const writes = (...guards: MiddlewareHandler<AppEnv>[]) => api.on(WRITES, ["/api/*"], ...guards);
  api.use(
    "/api/*",
    compressJson(),
    notStored(),
    authenticate(deps),
    rateLimit(deps),
    refuseBadKeys,
  );
  // A request is counted by the rate limit before its body is read.
  writes(sameOrigin(deps.config), except(isUpload, jsonOnly(), jsonLimit(), wellFormedJson()));
  api.route(
    "/api/v1",
    identityRoutes({
      afterSignUp: createPersonalProject,
      personalProjectId: (ctx, userId) => findPersonalProjectId(ctx.db, userId),
      signUpPolicy,
    }),
  );
  api.route("/api/v1", apiKeyRoutes());
  api.route("/api/v1", projectRoutes());
  api.route("/api/v1", memberRoutes());
  api.route("/api/v1", agentRoutes());
  api.route("/api/v1", modelRoutes());
  api.route("/api/v1", adminRoutes({ afterSignUp: createPersonalProject }));
  api.route("/api/v1", fileRoutes());
  api.route("/api/v1", contentRoutes());
  api.route("/api/v1", auditRoutes(admin));
  api.route("/api/v1", threadRoutes({ describe: describeMessages }));
  api.route("/api/v1", generationRoutes());
  api.route("/api/v1", usageRoutes());
  let described: ApiDocument | undefined;
  const document = () => {
    described ??= describeApi(api);
    return described;
  };
  let shared: ApiDocument | undefined;
  api.get("/api/openapi.json", (c) => {
    shared ??= withSharedRefusals(document());
    return c.json(shared);
  });
  api.route("/", apiDocs(document));
  return api;
}
