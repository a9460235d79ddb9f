import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { type ApiError, toApiError } from "./api-error.ts";

/** Part of a list; without a cursor it is the last. */
export type Page<Item> = { items: readonly Item[]; nextCursor?: string | null | undefined };

/** Data from the server, with its states. Data stays while it is reloaded. */
export type Resource<T> = {
  readonly data: Signal<T | undefined>;
  readonly error: ReadonlySignal<ApiError | undefined>;
  readonly busy: ReadonlySignal<boolean>;
  /** Loads or reloads; the latest call wins. */
  load(): Promise<void>;
  dispose(): void;
};

/** Makes a resource; nothing is fetched until `load` is called. */
export function createResource<T>(read: (signal: AbortSignal) => Promise<T>): Resource<T> {
  const data = signal<T | undefined>(undefined);
  const error = signal<ApiError | undefined>(undefined);
  const busy = signal(false);
  let running: AbortController | undefined;
  return {
    data,
    error,
    busy,
    async load() {
      running?.abort();
      const mine = new AbortController();
      running = mine;
      busy.value = true;
      try {
        const value = await read(mine.signal);
        if (mine.signal.aborted) return;
        data.value = value;
        error.value = undefined;
      } catch (thrown) {
        if (!mine.signal.aborted) error.value = toApiError(thrown);
      } finally {
        if (!mine.signal.aborted) busy.value = false;
      }
    },
    dispose() {
      running?.abort();
    },
  };
}

/** A list loaded page by page. */
export type List<Item> = {
  readonly items: Signal<readonly Item[] | undefined>;
  readonly error: ReadonlySignal<ApiError | undefined>;
  readonly busy: ReadonlySignal<boolean>;
  readonly more: ReadonlySignal<boolean>;
  load(): Promise<void>;
  loadMore(): Promise<void>;
  dispose(): void;
};

/** Makes a list; `cursor` is undefined for the first page. */
export function createList<Item>(
  read: (cursor: string | undefined, signal: AbortSignal) => Promise<Page<Item>>,
): List<Item> {
  const items = signal<readonly Item[] | undefined>(undefined);
  const error = signal<ApiError | undefined>(undefined);
  const busy = signal(false);
  const more = signal(false);
  let cursor: string | undefined;
  let running: AbortController | undefined;

  async function run(from: string | undefined): Promise<void> {
    running?.abort();
    const mine = new AbortController();
    running = mine;
    busy.value = true;
    try {
      const page = await read(from, mine.signal);
      if (mine.signal.aborted) return;
      items.value = from === undefined ? page.items : [...(items.value ?? []), ...page.items];
      cursor = page.nextCursor ?? undefined;
      more.value = cursor !== undefined;
      error.value = undefined;
    } catch (thrown) {
      if (!mine.signal.aborted) error.value = toApiError(thrown);
    } finally {
      if (!mine.signal.aborted) busy.value = false;
    }
  }

  return {
    items,
    error,
    busy,
    more,
    load: () => run(undefined),
    loadMore: () => (cursor === undefined ? Promise.resolve() : run(cursor)),
    dispose: () => running?.abort(),
  };
}

/** A resource bound to a component, loaded at once and whenever `inputs` change. */
export function useResource<T>(
  read: (signal: AbortSignal) => Promise<T>,
  inputs: readonly unknown[],
): Resource<T> {
  const resource = useMemo(() => createResource(read), inputs);
  useEffect(() => {
    void resource.load();
    return () => resource.dispose();
  }, [resource]);
  return resource;
}

/** A list bound to a component, loaded at once and whenever `inputs` change. */
export function useList<Item>(
  read: (cursor: string | undefined, signal: AbortSignal) => Promise<Page<Item>>,
  inputs: readonly unknown[],
): List<Item> {
  const list = useMemo(() => createList(read), inputs);
  useEffect(() => {
    void list.load();
    return () => list.dispose();
  }, [list]);
  return list;
}
