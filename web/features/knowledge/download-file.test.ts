import { afterEach, beforeEach, expect, test } from "bun:test";
import { fakeNetwork, problem } from "../../../test/support/network.ts";
import { onSignedOut } from "../../lib/refused.ts";
import { openPage, type TestPage } from "../../test/page.ts";
import { downloadFile } from "./download-file.ts";

let page: TestPage;
let clicked: string[];
beforeEach(() => {
  page = openPage("http://localhost/projects/p1/knowledge");
  clicked = [];
  HTMLAnchorElement.prototype.click = function () {
    clicked.push(`${this.getAttribute("href")} as ${this.download}`);
  };
});
afterEach(() => {
  onSignedOut(() => {});
  page[Symbol.dispose]();
});

const file = { id: "f1", name: "a b.pdf", projectId: "p1" };

test("the browser downloads the version under the file's name, if access is allowed", async () => {
  using network = fakeNetwork(() => Response.json({}));
  await downloadFile(file, "v/2");
  expect(network.asked).toMatchObject([{ method: "GET", path: "/api/v1/projects/p1/files/f1" }]);
  expect(clicked).toEqual(["/api/v1/projects/p1/file-versions/v%2F2/content as a b.pdf"]);
});

test("nothing is downloaded when the session has ended, and the page is notified", async () => {
  let told = 0;
  onSignedOut(() => {
    told++;
  });
  using _ = fakeNetwork(() => problem(401, "not_signed_in"));
  await expect(downloadFile(file, "v2")).rejects.toMatchObject({ code: "not_signed_in" });
  expect([told, clicked]).toEqual([1, []]);
});
