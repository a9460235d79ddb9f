import { afterAll, beforeAll, expect, test } from "bun:test";
import { createTestApp, type Person, type TestApp } from "../../../test/support/app.ts";
import { newThread } from "../../../test/support/generation.ts";
import { findSentVersions } from "./find-sent-versions.ts";
import { generations } from "./tables.ts";

let app: TestApp;
let ada: Person;
let threadId: string;
beforeAll(async () => {
  app = await createTestApp();
  ada = await app.person("Ada");
  threadId = await newThread(ada);
});
afterAll(() => app.close());

const id = () => Bun.randomUUIDv7();

/** Stores a generation that was sent these versions; an older release named them in the manifest only. */
async function send(
  status: "running" | "complete",
  sent: { versions?: string[]; inManifest?: string },
): Promise<void> {
  await app.deps.database.db.insert(generations).values({
    id: id(),
    threadId,
    messageId: id(),
    parentId: id(),
    userId: ada.me.id,
    status,
    processId: "test",
    leaseExpiresAt: new Date(),
    sentVersionIds: sent.versions ?? null,
    manifest: {
      model: "test",
      contextWindow: 1,
      maxOutputTokens: 1,
      items:
        sent.inManifest === undefined
          ? []
          : [
              {
                kind: "file",
                title: "lease.txt",
                included: true,
                fileVersionId: sent.inManifest,
              },
            ],
    },
  });
}
const found = async (project: string | null, versions: string[]) =>
  (await findSentVersions(app.deps.database.db, project ?? "", versions)).toSorted();

test("versions are found that a running answer of the project was sent, however it names them", async () => {
  const [named, listed, done, other] = [id(), id(), id(), id()];
  await send("running", { versions: [named, other] });
  await send("running", { versions: [named], inManifest: listed });
  await send("complete", { versions: [done], inManifest: done });
  const { personalProjectId } = ada.me;
  expect(await found(personalProjectId, [named, listed, done])).toEqual([named, listed].toSorted());
  expect(await found(personalProjectId, [done])).toEqual([]);
  expect(await found(id(), [named, listed])).toEqual([]);
});
