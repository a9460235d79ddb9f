export { CrashBoundary } from "./crash-boundary.tsx";
export { lazyPage } from "./lazy-page.tsx";
export { NotFoundPage } from "./not-found-page.tsx";
export { Shell } from "./shell.tsx";
export { focusComposer } from "./shortcuts.ts";
export { mayAddFiles, personalProject, projects, recentThreads } from "./workspace.ts";
