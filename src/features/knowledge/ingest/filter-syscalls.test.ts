import { expect, test } from "bun:test";
import { syscallFilter } from "./filter-syscalls.ts";

const X86_64 = 0xc000003e;
const AARCH64 = 0xc00000b7;
const I386 = 0x40000003;

/**
 * What the kernel would do with a system call: runs the filter as classic BPF (only the instructions that it
 * may contain).
 */
function decide(filter: Uint8Array | null, audit: number, number: number): string {
  if (filter === null) return "no filter";
  const view = new DataView(filter.buffer);
  let loaded = 0;
  for (let at = 0; at < filter.length / 8; at++) {
    const [code, ifTrue, ifFalse, value] = [
      view.getUint16(at * 8, true),
      view.getUint8(at * 8 + 2),
      view.getUint8(at * 8 + 3),
      view.getUint32(at * 8 + 4, true),
    ];
    if (code === 0x20) loaded = value === 0 ? number : audit;
    else if (code === 0x15) at += loaded === value ? ifTrue : ifFalse;
    else if (code === 0x35) at += loaded >= value ? ifTrue : ifFalse;
    else if (code === 0x06) {
      return { 2147418112: "allowed", 327681: "EPERM", 2147483648: "killed" }[value] ?? "unknown";
    } else return `step ${code}`;
  }
  return "fell off the end";
}

test.each([
  ["x64", X86_64, "read", 0, "allowed"],
  ["x64", X86_64, "socket", 41, "EPERM"],
  ["x64", X86_64, "connect", 42, "EPERM"],
  ["x64", X86_64, "accept", 43, "allowed"],
  ["x64", X86_64, "exit_group", 231, "allowed"],
  ["x64", X86_64, "io_uring_setup", 425, "EPERM"],
  ["x64", X86_64, "socket of the x32 set", 0x40000000 + 41, "EPERM"],
  ["x64", I386, "read of a 32-bit program", 3, "killed"],
  ["arm64", AARCH64, "read", 63, "allowed"],
  ["arm64", AARCH64, "socket", 198, "EPERM"],
  ["arm64", AARCH64, "connect", 203, "EPERM"],
  ["arm64", AARCH64, "io_uring_setup", 425, "EPERM"],
  ["arm64", X86_64, "read of another machine", 0, "killed"],
  ["riscv64", 0, "any", 0, "no filter"],
])("on %s (%d) the call %s (%d) is %s", (arch, audit, _name, number, verdict) => {
  expect(decide(syscallFilter(arch), audit, number)).toBe(verdict);
});
