/** System call numbers, and the kernel's name of the processor (linux/audit.h). */
interface Machine {
  audit: number;
  denied: readonly number[];
}

/** `socket`, `connect`, and `io_uring_setup`, which could do both past the filter. */
const MACHINES: Readonly<Record<string, Machine>> = {
  x64: { audit: 0xc000_003e, denied: [41, 42, 425] },
  arm64: { audit: 0xc000_00b7, denied: [198, 203, 425] },
};

const LOAD_WORD = 0x20;
const JUMP_IF_EQUAL = 0x15;
const JUMP_IF_AT_LEAST = 0x35;
const RETURN = 0x06;
const NUMBER_AT = 0;
const MACHINE_AT = 4;
const ALLOW = 0x7fff_0000;
const KILL = 0x8000_0000;
const REFUSE = 0x0005_0001;
/**
 * Numbers from here on belong to x32, the second system call table of x86-64, which the list above does not
 * cover.
 */
const OTHER_SET = 0x4000_0000;

/**
 * A seccomp filter (classic BPF, linux/filter.h) that refuses to open sockets and allows everything else; a
 * call in another machine's convention kills the process.
 * @returns null for an unknown processor
 */
export function syscallFilter(arch: string): Uint8Array | null {
  const machine = MACHINES[arch];
  if (!machine) return null;
  const { audit, denied } = machine;
  const steps: [code: number, ifTrue: number, ifFalse: number, value: number][] = [
    [LOAD_WORD, 0, 0, MACHINE_AT],
    [JUMP_IF_EQUAL, 1, 0, audit],
    [RETURN, 0, 0, KILL],
    [LOAD_WORD, 0, 0, NUMBER_AT],
    [JUMP_IF_AT_LEAST, denied.length + 1, 0, OTHER_SET],
    ...denied.map((number, at): [number, number, number, number] => [
      ...([JUMP_IF_EQUAL, denied.length - at, 0, number] as const),
    ]),
    [RETURN, 0, 0, ALLOW],
    [RETURN, 0, 0, REFUSE],
  ];
  const bytes = new DataView(new ArrayBuffer(steps.length * 8));
  for (const [at, [code, ifTrue, ifFalse, value]] of steps.entries()) {
    bytes.setUint16(at * 8, code, true);
    bytes.setUint8(at * 8 + 2, ifTrue);
    bytes.setUint8(at * 8 + 3, ifFalse);
    bytes.setUint32(at * 8 + 4, value, true);
  }
  return new Uint8Array(bytes.buffer);
}
