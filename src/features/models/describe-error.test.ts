import { afterAll, beforeAll, expect, test } from "bun:test";
import { createTestApp, type TestApp } from "../../../test/support/app.ts";
import { systemContext } from "../../platform/context.ts";
import { Problem } from "../../platform/http/problem.ts";
import { createLogger } from "../../platform/observability/logger.ts";
import { ProviderError } from "../../providers/index.ts";
import { describeError } from "./describe-error.ts";

let app: TestApp;
let logged = "";
beforeAll(async () => {
  const logger = createLogger("error", {
    write: (line) => {
      logged += line;
    },
  });
  app = await createTestApp({ deps: { logger } });
});
afterAll(() => app.close());

const described = (thrown: unknown) => describeError(systemContext(app.deps, "test"), thrown);

test("a provider's error has our code and sentence, and the provider's own where it said one", () => {
  const error = (vendorSentence?: string) =>
    new ProviderError("bad_key", "The provider refused the key.", {
      retryable: false,
      ...(vendorSentence === undefined ? {} : { vendorSentence }),
    });
  expect(described(error("Key revoked."))).toEqual({
    code: "bad_key",
    detail: "The provider refused the key.",
    vendorSentence: "Key revoked.",
  });
  expect(described(error()).vendorSentence).toBeNull();
});

test("a problem of ours has its code and sentence", () => {
  expect(described(new Problem(422, "address_not_allowed", "Not there."))).toEqual({
    code: "address_not_allowed",
    detail: "Not there.",
    vendorSentence: null,
  });
});

test("a time-out is a provider's silence; another interruption is not", () => {
  expect(described(new DOMException("", "TimeoutError")).code).toBe("silent");
  expect(described(new DOMException("", "AbortError")).code).toBe("internal_error");
});

test("a mistake of ours is logged and not told", () => {
  logged = "";
  expect(described(new TypeError("secret"))).toEqual({
    code: "internal_error",
    detail: "Internal error.",
    vendorSentence: null,
  });
  expect(logged).toContain("provider test failed");
});
