import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { childFiles } from "./child-files.ts";
import { syscallFilter } from "./filter-syscalls.ts";
import { bubblewrap } from "./isolate-by-bubblewrap.ts";
import { type ChildUser, landlock } from "./isolate-by-landlock.ts";
import { namespaces } from "./isolate-by-namespaces.ts";

const root = mkdtempSync(join(tmpdir(), "atelier-landlock-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A program of this name with this help. */
function program(name: string, help: string): string {
  const path = join(root, name);
  writeFileSync(path, `#!/bin/sh\necho '${help}'\n`, { mode: 0o755 });
  return path;
}
const setpriv = program("setpriv", "--landlock-rule --seccomp-filter");
const { folders, files } = childFiles();

const users: [ChildUser, string[]][] = [
  ["same", []],
  ["root without rights", ["--bounding-set=-all", "--inh-caps=-all"]],
  ["nobody", ["--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all"]],
];
test.each(users)(
  "landlock as %s shows names everywhere, contents of the code alone",
  (user, options) => {
    const found = landlock(root, user, () => setpriv);
    expect(found).toMatchObject({ mechanism: "landlock", spawn: {} });
    const command = found?.command(["bun", "read"]) ?? [];
    const first = command.indexOf("--landlock-rule");
    expect(command.slice(0, first)).toEqual([
      setpriv,
      "--no-new-privs",
      ...options,
      "--landlock-access",
      "fs",
    ]);
    const rules = command.flatMap((word, at) =>
      word === "--landlock-rule" ? [command[at + 1] ?? ""] : [],
    );
    expect(rules).toEqual([
      "path-beneath:read-dir:/",
      ...folders.map((path) => `path-beneath:read-file,read-dir,execute:${path}`),
      "path-beneath:read-file,read-dir,execute:/proc",
      ...files.map((path) => `path-beneath:read-file,execute:${path}`),
      "path-beneath:read-file,write-file:/dev/null",
      "path-beneath:read-file,write-file:/dev/urandom",
    ]);
    const filter = join(root, "network.bpf");
    expect(command.slice(first + 2 * rules.length)).toEqual([
      "--seccomp-filter",
      filter,
      "--",
      "bun",
      "read",
    ]);
    expect(new Uint8Array(readFileSync(filter))).toEqual(
      new Uint8Array(syscallFilter(process.arch) ?? []),
    );
  },
);

test("a setpriv that is missing or knows one of the two only is not used", () => {
  const old = ["--landlock-rule", "--seccomp-filter"].map((help) => program(`old${help}`, help));
  for (const path of [null, ...old]) expect(landlock(root, "same", () => path)).toBeNull();
});

test("bubblewrap shares nothing, and shows the code read-only", () => {
  expect(bubblewrap(() => null)).toBeNull();
  const command = bubblewrap(() => "/usr/bin/bwrap")?.command(["bun", "read"]);
  expect(command?.join(" ")).toBe(
    [
      "/usr/bin/bwrap --unshare-all --die-with-parent --new-session --cap-drop ALL",
      ...[...folders, ...files].map((path) => `--ro-bind ${path} ${path}`),
      "--proc /proc --dev /dev --chdir / -- bun read",
    ].join(" "),
  );
});

test("namespaces mount the code read-only, in any folder, and drop what could undo it", () => {
  for (const missing of ["unshare", "mount"])
    expect(namespaces(root, (name) => (name === missing ? null : name))).toBeNull();
  const odd = join(root, "a #b\\c's");
  const command = namespaces(odd, (name) => `/bin/${name}`)?.command(["bun", "read"]);
  expect(command).toEqual([
    ..."/bin/unshare --user --map-root-user --mount --net --ipc --pid --fork --kill-child --".split(
      " ",
    ),
    ...["/bin/sh", "-c"],
    `'/bin/mount' -n -a -T '${odd.replace("'", "'\\''")}.mounts' && exec "$@"`,
    ..."sh /bin/unshare --user --map-user=65534 --map-group=65534".split(" "),
    ...[`--root=${odd}`, "--wd=/", "--", "bun", "read"],
  ]);
  const point = `${root}/a\\040\\043b\\134c's`;
  expect(readFileSync(`${odd}.mounts`, "utf8").trimEnd().split("\n")).toEqual([
    ...[...folders, ...files].map(
      (path) => `${path} ${point}${path} none bind,ro,nosuid,nodev 0 0`,
    ),
    `/dev/null ${point}/dev/null none bind 0 0`,
    `/dev/urandom ${point}/dev/urandom none bind 0 0`,
    `proc ${point}/proc proc ro,nosuid,nodev,noexec 0 0`,
  ]);
});
