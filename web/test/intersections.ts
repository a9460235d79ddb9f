import type { TestPage } from "./page.ts";

/** Fake IntersectionObserver; the test says which elements intersect. */
export class Intersections {
  readonly margins: (string | undefined)[] = [];
  readonly watched = new Set<Element>();
  #tell: ((entries: { target: Element; isIntersecting: boolean }[]) => void)[] = [];

  constructor(page: TestPage) {
    const all = this;
    page.set(
      "IntersectionObserver",
      class {
        #own = new Set<Element>();
        constructor(
          changed: (entries: { target: Element; isIntersecting: boolean }[]) => void,
          options?: { rootMargin?: string },
        ) {
          all.margins.push(options?.rootMargin);
          all.#tell.push((entries) => {
            const mine = entries.filter(({ target }) => this.#own.has(target));
            if (mine.length > 0) changed(mine);
          });
        }
        observe(element: Element) {
          this.#own.add(element);
          all.watched.add(element);
        }
        unobserve(element: Element) {
          this.#own.delete(element);
          all.watched.delete(element);
        }
        disconnect() {
          for (const element of this.#own) this.unobserve(element);
        }
      },
    );
  }

  /** Reports changes of intersection. */
  change(...entries: { target: Element; isIntersecting: boolean }[]): void {
    for (const tell of this.#tell) tell(entries);
  }
}
