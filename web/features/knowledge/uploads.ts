import { signal } from "@preact/signals";
import { type ApiError, toApiError } from "../../lib/api-error.ts";
import { uploadFile } from "./upload-file.ts";

export type Upload = {
  id: number;
  projectId: string;
  name: string;
  size: number;
  /** Between 0 and 1. */
  progress: number;
  error: ApiError | undefined;
  cancel: () => void;
};

/** Uploads in progress; they continue while other pages are shown. */
export const uploads = signal<readonly Upload[]>([]);

/** Concurrent uploads: browsers open few connections, and the page needs some itself. */
const AT_ONCE = 3;
let next = 1;
let running = 0;
const waiting: (() => void)[] = [];

function change(id: number, part: Partial<Upload>): void {
  uploads.value = uploads.value.map((upload) =>
    upload.id === id ? { ...upload, ...part } : upload,
  );
}

export function dismissUpload(id: number): void {
  uploads.value = uploads.value.filter((upload) => upload.id !== id);
}

/** Uploads files, a few at a time; `onDone` runs after each success. */
export function startUploads(
  projectId: string,
  files: readonly File[],
  onDone: (name: string) => void,
): void {
  for (const file of files) {
    const id = next++;
    const abort = new AbortController();
    const upload: Upload = {
      id,
      projectId,
      name: file.name,
      size: file.size,
      progress: 0,
      error: undefined,
      cancel: () => {
        abort.abort();
        dismissUpload(id);
      },
    };
    uploads.value = [...uploads.value, upload];
    waiting.push(() => void run(id, projectId, file, abort.signal, onDone));
  }
  startWaiting();
}

function startWaiting(): void {
  while (running < AT_ONCE) {
    const start = waiting.shift();
    if (!start) return;
    running++;
    start();
  }
}

async function run(
  id: number,
  projectId: string,
  file: File,
  signal: AbortSignal,
  onDone: (name: string) => void,
): Promise<void> {
  try {
    if (signal.aborted) return;
    await uploadFile(projectId, file, signal, (progress) => change(id, { progress }));
    dismissUpload(id);
    onDone(file.name);
  } catch (thrown) {
    if (!signal.aborted) change(id, { error: toApiError(thrown) });
  } finally {
    running--;
    startWaiting();
  }
}
