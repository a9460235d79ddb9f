/** Where file bytes live. Keys are made by us, never taken from a person. */
export interface Blobs {
  /** Stores a whole stream; a reader never sees half of it. */
  put(key: string, content: ReadableStream<Uint8Array> | Uint8Array): Promise<void>;
  /** @returns null when there is no such blob. */
  get(key: string): Promise<Blob | null>;
  /** Whether there is such a blob, without reading it. */
  has(key: string): Promise<boolean>;
  /** Bytes that are free where blobs go; null where nothing is known to bound them. */
  freeBytes(): Promise<number | null>;
  delete(key: string): Promise<void>;
  /**
   * Keys that begin with the parts of `prefix`, in no order; also those under which a writer that died has
   * left a part of something, which are no key that was ever given.
   */
  list(prefix: string): AsyncIterable<string>;
}
