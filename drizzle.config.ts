import { defineConfig } from "drizzle-kit";

/** Migrations are generated from every feature's tables; `src/migrations` is applied by `atelier migrate`. */
export default defineConfig({
  dialect: "postgresql",
  schema: ["./src/features/*/tables.ts", "./src/platform/*/tables.ts"],
  out: "./src/migrations",
});
