import { computed, effect } from "@preact/signals";
import { api, read } from "../../lib/api.ts";
import type { Project, Thread } from "../../lib/api-types.ts";
import { createList } from "../../lib/resource.ts";
import { me } from "../identity/index.ts";

/** My projects, last changed first; shared by sidebar, dashboard and pickers. */
export const projects = createList<Project>((cursor, signal) =>
  read(api.GET("/projects", { params: { query: { cursor, limit: 50 } }, signal })),
);

/** My most recent threads, of all projects. */
export const recentThreads = createList<Thread>((cursor, signal) =>
  read(api.GET("/threads", { params: { query: { cursor, limit: 20 } }, signal })),
);

/** The project for a first chat. */
export const personalProject = computed(() =>
  projects.items.value?.find((project) => project.id === me.value?.personalProjectId),
);

/** Whether I may add files to a project, as far as my role is known here. */
export function mayAddFiles(projectId: string): boolean {
  return projects.items.value?.find(({ id }) => id === projectId)?.role !== "viewer";
}

// Clear the user's data when the session ends, for whatever reason.
effect(() => {
  if (me.value !== null) return;
  projects.items.value = undefined;
  recentThreads.items.value = undefined;
});
