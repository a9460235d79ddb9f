import { createTestApp, type Person, type TestApp, type TestAppOptions } from "./app.ts";
import { TestClock } from "./clock.ts";
import { readId } from "./read.ts";

export interface TwoPeople {
  app: TestApp;
  /** The admin. */
  ada: Person;
  /** A member. */
  bob: Person;
}

/** A test application with an admin and a member. */
export async function createAppForTwo(options?: TestAppOptions): Promise<TwoPeople> {
  const app = await createTestApp(options);
  return { app, ada: await app.person("Ada"), bob: await app.person("Bob") };
}

/** The same with a clock to move, a restore window of three days, and Ada's project that Bob is in. */
export async function createSharedProject(role: "viewer" | "editor") {
  const clock = new TestClock();
  const env = { ATELIER_RESTORE_DAYS: "3" };
  const { app, ada, bob } = await createAppForTwo({ deps: { clock }, env });
  const projectId = await readId(await ada.post("/projects", { name: "Plans" }));
  await ada.post(`/projects/${projectId}/members`, { email: bob.me.email, role });
  const [model] = await app.deps.database.sql`select id from models limit 1`;
  return { app, ada, bob, clock, projectId, modelId: String(model?.id) };
}
