import { JSDOM } from "jsdom";
import { type ComponentChildren, h, type JSX, render } from "preact";
import { act } from "preact/test-utils";

/** Browser globals that the web's code uses. */
const GLOBALS = [
  ...["window", "document", "location", "history", "localStorage", "sessionStorage", "CSS"],
  ...["addEventListener", "removeEventListener", "dispatchEvent", "matchMedia", "getComputedStyle"],
  ...["requestAnimationFrame", "cancelAnimationFrame", "scrollTo"],
  ...["Node", "NodeFilter", "NamedNodeMap", "Text", "Comment", "DocumentFragment", "DOMParser"],
  ...["MutationObserver"],
  ...["Element", "HTMLElement", "HTMLAnchorElement", "HTMLFormElement", "HTMLTemplateElement"],
  ...["HTMLInputElement", "HTMLTextAreaElement", "HTMLSelectElement", "SVGElement", "ShadowRoot"],
  ...["Event", "MouseEvent", "KeyboardEvent", "InputEvent", "PopStateEvent", "CustomEvent"],
] as const;

/** A DOM page without a screen, for unit tests. */
export interface TestPage extends Disposable {
  /** Renders into the page's body and runs the effects. */
  draw(children: ComponentChildren): void;
  /** Calls a hook in a component, again at each `again`; `current` is its latest result. */
  hook<T>(call: () => T): { readonly current: T; again(): void; unmount(): void };
  /** Presses a key; false when the page prevented the default. */
  press(key: string, more?: Record<string, unknown>, target?: EventTarget): boolean;
  /** Replaces a global for the lifetime of the page. */
  set(name: string, value: unknown): void;
}

/** Opens a page; its globals are restored when it is disposed of. */
export function openPage(url = "http://localhost/"): TestPage {
  const { window } = new JSDOM("<!doctype html><body></body>", { url, pretendToBeVisual: true });
  const before = new Map<string, PropertyDescriptor | undefined>();
  const set = (name: string, value: unknown) => {
    if (!before.has(name)) before.set(name, Object.getOwnPropertyDescriptor(globalThis, name));
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  };
  for (const name of GLOBALS) {
    const value: unknown = Reflect.get(window, name);
    set(name, typeof value === "function" && /^[a-z]/.test(name) ? value.bind(window) : value);
  }
  const root = document.createElement("div");
  document.body.append(root);
  const draw = (children: ComponentChildren) => void act(() => render(children, root));
  return {
    draw,
    set,
    hook(call) {
      let current: { value: ReturnType<typeof call> } | undefined;
      const Probe = (): JSX.Element | null => {
        current = { value: call() };
        return null;
      };
      draw(h(Probe, {}));
      return {
        get current() {
          if (!current) throw new Error("the hook was not called");
          return current.value;
        },
        again: () => draw(h(Probe, {})),
        unmount: () => draw(null),
      };
    },
    press(key, more = {}, target = document.body) {
      const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more });
      let passed = true;
      act(() => {
        passed = target.dispatchEvent(event);
      });
      return passed;
    },
    [Symbol.dispose]: () => {
      draw(null);
      for (const [name, descriptor] of before) {
        if (descriptor) Object.defineProperty(globalThis, name, descriptor);
        else Reflect.deleteProperty(globalThis, name);
      }
      window.close();
    },
  };
}
