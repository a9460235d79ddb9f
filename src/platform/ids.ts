/** Makes identifiers: UUIDv7, so that ids sort by creation. */
export interface Ids {
  next(): string;
}

export const uuidv7: Ids = { next: () => Bun.randomUUIDv7() };
