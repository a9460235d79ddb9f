import { expect, test } from "bun:test";
import type { ProjectStorage } from "../../lib/api-types.ts";
import { describeStorage } from "./storage-usage.tsx";

const usage = (bytes: number, limit: number | null = 5_000_000_000) => ({
  bytes: { used: bytes, limit },
  files: { used: 12, limit: limit === null ? null : 10_000 },
  versions: { used: 30, limit: null },
});

const storage = (change: Partial<ProjectStorage>): ProjectStorage => ({
  project: usage(3_200_000),
  user: usage(0),
  deleted: { bytes: 0, files: 0 },
  purgedAfterDays: 30,
  versionsKept: 20,
  ...change,
});

test.each<[string, Partial<ProjectStorage>, string[]]>([
  ["what is used and what may be", {}, ["3.2 MB of 5 GB, 12 of 10,000 files"]],
  ["no limit where there is none", { project: usage(3_200_000, null) }, ["3.2 MB, 12 files"]],
  [
    "deleted files, and when their space is freed",
    { deleted: { bytes: 1_500_000, files: 1 } },
    [
      "3.2 MB of 5 GB, 12 of 10,000 files",
      "Deleted files take 1.5 MB of it until they are purged, 30 days after their deletion.",
    ],
  ],
  [
    "the user's own limit once it is nearly reached",
    { user: usage(4_000_000_000) },
    [
      "3.2 MB of 5 GB, 12 of 10,000 files",
      "Your own uploads in all projects: 4 GB of 5 GB, 12 of 10,000 files",
    ],
  ],
  [
    "that nothing more fits once a limit is reached, whichever it is",
    { project: { ...usage(3_200_000), files: { used: 10_000, limit: 10_000 } } },
    ["3.2 MB of 5 GB, 10,000 of 10,000 files", "Nothing more can be uploaded until there is room."],
  ],
  [
    "versions when they are what is nearly used up",
    { project: { ...usage(3_200_000), versions: { used: 40, limit: 50 } } },
    ["3.2 MB of 5 GB, 12 of 10,000 files, 40 of 50 versions"],
  ],
  [
    "and no versions before",
    { project: { ...usage(3_200_000), versions: { used: 39, limit: 50 } } },
    ["3.2 MB of 5 GB, 12 of 10,000 files"],
  ],
  ["and not before", { user: usage(3_999_999_999) }, ["3.2 MB of 5 GB, 12 of 10,000 files"]],
  [
    "including a limit of zero",
    { user: usage(0, 0) },
    [
      "3.2 MB of 5 GB, 12 of 10,000 files",
      "Your own uploads in all projects: 0 bytes of 0 bytes, 12 of 10,000 files",
    ],
  ],
])("it says %s", (_what, change, lines) => {
  expect(describeStorage(storage(change))).toEqual(lines);
});
