import { describe, expect, test } from "bun:test";
import { makePdf, makePdfBomb, makeScannedPdf } from "../../../../test/support/make-pdf.ts";
import { EXTRACTION_LIMITS, type Extraction, extractText } from "./extract-text.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const faultOf = (extraction: Extraction) => (extraction.ok ? null : extraction.code);
const MiB = 1024 * 1024;

describe("a document is read", () => {
  test("plain text comes out unchanged, with its language and passages", async () => {
    const text =
      "# Umowa\n\nDer Vertrag wurde am Montag von beiden Parteien unterschrieben. 😀\r\n";
    const read = await extractText(utf8(text), "vertrag.md");
    expect(read).toMatchObject({
      ok: true,
      text,
      mediaType: "text/markdown",
      language: "german",
      pageStarts: [],
    });
    expect(read.ok && read.chunks).toMatchObject([{ start: 0, end: text.length }]);
  });

  test("from a stream as from memory", async () => {
    const read = await extractText(new Blob(["one two three"]).stream(), "a.txt");
    expect(read).toMatchObject({ ok: true, text: "one two three" });
  });

  test("a PDF keeps its lines and page starts", async () => {
    const pages = ["First line (one)\nSecond line", "Another page"];
    const read = await extractText(makePdf(pages), "report.pdf");
    if (!read.ok) throw new Error(read.code);
    expect(read.text).toBe("First line (one)\nSecond line\n\nAnother page");
    expect(read.pageStarts).toEqual([0, read.text.indexOf("Another")]);
    expect(read.mediaType).toBe("application/pdf");
  });

  test("a PDF under another name is still a PDF", async () => {
    expect(await extractText(makePdf(["Hello"]), "notes.txt")).toMatchObject({
      ok: true,
      text: "Hello",
    });
  });
});

describe("a document that cannot be read says why", () => {
  test("nothing in it", async () => {
    expect(faultOf(await extractText(new Uint8Array(), "a.txt"))).toBe("empty");
    expect(faultOf(await extractText(utf8(" \n\t"), "a.txt"))).toBe("empty");
  });

  test("bytes that are no text", async () => {
    expect(faultOf(await extractText(utf8("PK\x03\x04…"), "a.txt"))).toBe("archive");
    const late = new Uint8Array(10_000).fill(65);
    late[9000] = 0;
    expect(faultOf(await extractText(late, "a.txt"))).toBe("binary");
  });

  test("a scan without text, a password, a cut-off file", async () => {
    expect(faultOf(await extractText(makeScannedPdf(), "scan.pdf"))).toBe("no_text");
    expect(faultOf(await extractText(makePdf(["secret"], { encrypted: true }), "a.pdf"))).toBe(
      "encrypted",
    );
    const whole = makePdf(["Page one", "Page two"]);
    for (const share of [0.05, 0.4, 0.9, 0.99]) {
      const cut = await extractText(whole.slice(0, whole.length * share), "a.pdf");
      expect(faultOf(cut)).toBe("damaged");
    }
  });

  test("text beyond the limit", async () => {
    const read = await extractText(utf8("word ".repeat(1000)), "a.txt", {
      limits: { ...EXTRACTION_LIMITS, textUnits: 4999 },
    });
    expect(faultOf(read)).toBe("too_long");
  });

  test("a zip bomb is killed by its memory limit, and this process does not grow", async () => {
    const before = process.memoryUsage().rss;
    const bomb = makePdfBomb(2000);
    expect(bomb.length).toBeLessThan(64 * 1024);
    const read = await extractText(bomb, "bomb.pdf", {
      limits: { ...EXTRACTION_LIMITS, memoryBytes: 200 * MiB },
    });
    expect(faultOf(read)).toMatch(/too_much_memory|too_slow/);
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * MiB);
  }, 40_000);

  test("endless reading is ended", async () => {
    const endless = new ReadableStream<Uint8Array>({ pull: () => new Promise(() => undefined) });
    const read = await extractText(endless, "a.txt", {
      limits: { ...EXTRACTION_LIMITS, timeMs: 300 },
    });
    expect(faultOf(read)).toBe("too_slow");
  });

  test("a document waits for a busy machine, up to four times its time", async () => {
    const slowly = (ms: number) =>
      new ReadableStream<Uint8Array>({
        async start(controller) {
          await Bun.sleep(ms);
          controller.enqueue(utf8("late"));
          controller.close();
        },
      });
    const limits = { ...EXTRACTION_LIMITS, timeMs: 2_000 };
    expect(await extractText(slowly(3_000), "a.txt", { limits })).toMatchObject({ text: "late" });
  }, 20_000);

  test("an aborted reading leaves no child process", async () => {
    const stop = new AbortController();
    const endless = new ReadableStream<Uint8Array>({ pull: () => new Promise(() => undefined) });
    const reading = extractText(endless, "a.txt", { signal: stop.signal });
    setTimeout(() => stop.abort(new Error("shutting down")), 50);
    expect(reading).rejects.toThrow("shutting down");
    await reading.catch(() => undefined);
  });
});
