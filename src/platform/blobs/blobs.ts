/** Storage for file bytes. Keys are generated here, never taken from user input. */
export interface Blobs {
  /** Stores a whole stream atomically: readers never see a partial blob. */
  put(key: string, content: ReadableStream<Uint8Array> | Uint8Array): Promise<void>;
  /** @returns null when the blob does not exist. */
  get(key: string): Promise<Blob | null>;
  /** Whether the blob exists, without reading it. */
  has(key: string): Promise<boolean>;
  /** Free bytes in the blob store; null where no limit is known. */
  freeBytes(): Promise<number | null>;
  delete(key: string): Promise<void>;
  /**
   * Keys that start with the path segments of `prefix`, unordered. Includes temporary files left by crashed
   * writers, whose keys were never handed out.
   */
  list(prefix: string): AsyncIterable<string>;
}
