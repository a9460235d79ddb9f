import { expect, test } from "bun:test";
import { contentDisposition } from "./download-version.ts";

test.each([
  ["lease.pdf", "lease.pdf", "lease.pdf"],
  ["Müller's (1)*.txt", "M_ller's (1)*.txt", "M%C3%BCller%27s%20%281%29%2A.txt"],
  ['a"b\\c%d.txt', "a_b_c_d.txt", "a%22b%5Cc%25d.txt"],
  ["世\n界", "___", "%E4%B8%96%0A%E7%95%8C"],
])("%p is downloaded under its name, for old clients in ASCII", (name, plain, encoded) => {
  expect(contentDisposition(name)).toBe(
    `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`,
  );
});
