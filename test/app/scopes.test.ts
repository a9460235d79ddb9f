import { afterAll, beforeAll, expect, test } from "bun:test";
import { deleteAgent } from "../../src/features/agents/service.ts";
import { stopGeneration } from "../../src/features/generation/service.ts";
import {
  type AdminScope,
  changeUser,
  issuePasswordReset,
  operatorScope,
} from "../../src/features/identity/index.ts";
import { deleteFile } from "../../src/features/knowledge/service.ts";
import { ProjectScope, scopeOf } from "../../src/features/projects/index.ts";
import { deleteProject } from "../../src/features/projects/project-lifecycle.ts";
import { ThreadScope, threadScope } from "../../src/features/threads/index.ts";
import { changeThread } from "../../src/features/threads/service.ts";
import { systemContext } from "../../src/platform/context.ts";
import type { Person, TestApp } from "../support/app.ts";
import { readId } from "../support/read.ts";
import { contextOf, projectScope } from "../support/scopes.ts";
import { createAppForTwo } from "../support/two-people.ts";

/**
 * Scopes are proofs: `tsc` checks this file, and each `@ts-expect-error` fails the type check when the line
 * below it compiles. Code that must not compile is in functions that are never called.
 */
let app: TestApp;
let ada: Person;
let bob: Person;

beforeAll(async () => {
  ({ app, ada, bob } = await createAppForTwo());
});
afterAll(() => app.close());

test("a scope cannot be written by hand", () => {
  const forge = async () => {
    const literal = {
      projectId: "p",
      userId: "u",
      role: "owner",
      archived: false,
      row: undefined,
    } as const;
    // @ts-expect-error a literal is no project scope
    await deleteProject(contextOf(app, ada), literal);
    // @ts-expect-error only the policy constructs one
    new ProjectScope(literal);
    // @ts-expect-error only the policy constructs one
    new ThreadScope({
      threadId: "t",
      project: literal,
      mayWrite: true,
      mayManage: true,
      agentId: null,
      modelId: null,
    });
    const scope = await projectScope(app, ada, "p", "owner");
    // @ts-expect-error a copy is a literal
    await deleteProject(contextOf(app, ada), { ...scope, projectId: "another" });
    const admin = { userId: "u" };
    // @ts-expect-error a literal is no admin scope
    await changeUser(contextOf(app, ada), admin, "u", { role: "admin" }, null);
  };
  expect(forge).toBeFunction();
});

test("a verb takes its own level or more, never less", () => {
  const raise = async (admin: AdminScope) => {
    const ctx = contextOf(app, bob);
    const viewer = await scopeOf(ctx, "p", "viewer", "GET");
    const editor = await scopeOf(ctx, "p", "editor", "POST");
    // @ts-expect-error a viewer deletes no file
    await deleteFile(ctx, viewer, "f");
    await deleteFile(ctx, editor, "f");
    await deleteFile(ctx, await scopeOf(ctx, "p", "owner", "POST"), "f");
    // @ts-expect-error an editor deletes no project
    await deleteProject(ctx, editor);
    // @ts-expect-error an admin of the workspace is not therefore an owner
    await deleteProject(ctx, admin);
    // @ts-expect-error an admin's key makes no reset link
    await issuePasswordReset(ctx, admin, "u");
    await issuePasswordReset(ctx, operatorScope(ctx), "u");
    const reader = await threadScope(ctx, "t", "read", "GET");
    const writer = await threadScope(ctx, "t", "write", "POST");
    // @ts-expect-error a reader renames no thread
    await changeThread(ctx, reader, { title: "Mine" }, null);
    // @ts-expect-error a writer renames no thread
    await changeThread(ctx, writer, { title: "Mine" }, null);
    // @ts-expect-error a thread's scope is not an answer's
    await stopGeneration(ctx, writer);
    // @ts-expect-error a project's scope is not an agent's
    await deleteAgent(ctx, editor);
  };
  expect(raise).toBeFunction();
});

test("the policy grants what was asked for, and no more than the member's role", async () => {
  const projectId = await readId(await ada.post("/projects", { name: "Shared" }));
  await ada.post(`/projects/${projectId}/members`, { email: bob.me.email, role: "viewer" });
  expect(await projectScope(app, bob, projectId, "viewer")).toBeInstanceOf(ProjectScope);
  expect(projectScope(app, bob, projectId, "editor")).rejects.toMatchObject({
    status: 403,
    code: "project_role_needed",
  });
  expect(projectScope(app, bob, crypto.randomUUID(), "viewer")).rejects.toMatchObject({
    status: 404,
    code: "project_not_found",
  });
});

test("only the command line gets an operator's scope", () => {
  expect(operatorScope(systemContext(app.deps, "cli")).userId).toBeNull();
  expect(() => operatorScope(contextOf(app, ada))).toThrow("command line");
});
