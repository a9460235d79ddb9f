/**
 * The bytes of a body without its compression, which some proxies apply unasked. The bytes tell gzip, since it comes
 * without its label, and the label without it; other compressions are known by their label alone.
 */

/** The part of a body's reader that is used. */
export interface ByteReader {
  read(): Promise<ByteRead>;
}

export interface ByteRead {
  done: boolean;
  value?: Uint8Array | undefined;
}

const GZIP_MARK = 0x1f;
/** Bun's names of compressions, by their labels. */
const LABELS: ReadonlyMap<string, string> = new Map([
  ["br", "brotli"],
  ["zstd", "zstd"],
  ["deflate", "deflate"],
]);

type Bytes = Uint8Array<ArrayBuffer>;

/** A reader of the body's own bytes; undefined without a body. */
export function readPlain({ body, headers }: Response): ByteReader | undefined {
  const bytes = body?.getReader();
  const label = headers.get("content-encoding")?.trim().toLowerCase() ?? "";
  return bytes && new PlainReader(bytes, LABELS.get(label));
}

class PlainReader implements ByteReader {
  #bytes: ByteReader;
  readonly #format: string | undefined;
  #begun = false;

  constructor(bytes: ByteReader, format: string | undefined) {
    this.#bytes = bytes;
    this.#format = format;
  }

  read(): Promise<ByteRead> {
    return this.#begun ? this.#bytes.read() : this.#first();
  }

  /** Looks at the first byte. */
  async #first(): Promise<ByteRead> {
    const first = await this.#bytes.read();
    this.#begun = true;
    const format = first.value?.[0] === GZIP_MARK ? "gzip" : this.#format;
    if (format === undefined || first.done) return first;
    this.#bytes = streamOf(first, this.#bytes).pipeThrough(decompression(format)).getReader();
    return this.#bytes.read();
  }
}

/** Bun knows more formats than the web's types do. */
function decompression(format: string): TransformStream<Bytes, Bytes> {
  return Reflect.construct(DecompressionStream, [format]);
}

/** The bytes that were read and those that follow. */
function streamOf({ value }: ByteRead, rest: ByteReader): ReadableStream<Bytes> {
  return new ReadableStream({
    start: (stream) => stream.enqueue(new Uint8Array(value ?? [])),
    async pull(stream) {
      const read = await rest.read();
      if (read.value) stream.enqueue(new Uint8Array(read.value));
      if (read.done) stream.close();
    },
  });
}
