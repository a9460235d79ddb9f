import { afterAll } from "bun:test";

// One data folder per machine is the product's default; a test must name its own.
process.env.ATELIER_DATA_DIR = "/nonexistent/atelier-tests-name-their-own-folder";

afterAll(async () => {
  const { stopOwnServer } = await import("./database.ts");
  await stopOwnServer();
});
