export { CitationPanel } from "./citation-panel.tsx";
export { KnowledgeTab } from "./knowledge-tab.tsx";
export { UploadRow } from "./upload-row.tsx";
export { startUploads, uploads } from "./uploads.ts";
