import { jsonAnswer } from "../../platform/http/json.ts";
import { createRoute, guard, router } from "../../platform/http/route.ts";
import { signedIn } from "../identity/index.ts";
import { listModels } from "./choose-model.ts";
import { modelChoices } from "./schema.ts";

export function modelRoutes() {
  return router().openapi(
    createRoute({
      method: "get",
      path: "/models",
      ...guard(signedIn, null),
      tags: ["models"],
      summary: "Models that one can choose",
      responses: { 200: jsonAnswer(modelChoices, "Models, oldest first") },
    }),
    async (c) => c.json({ items: await listModels(c.get("ctx")), nextCursor: null }, 200),
  );
}
