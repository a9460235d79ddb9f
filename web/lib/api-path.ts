declare const safe: unique symbol;
/** A path made by `path`, so that no unescaped value gets into one. */
export type ApiPath = string & { readonly [safe]: true };

/**
 * Writes an API path for what is not a call of `api`: an upload, an event stream, a link. Each
 * inserted value becomes one escaped segment.
 */
export function path(parts: TemplateStringsArray, ...values: (string | number)[]): ApiPath {
  const text = parts.reduce(
    (all, part, index) => all + encodeURIComponent(String(values[index - 1])) + part,
  );
  return `/api/v1${text}` as ApiPath;
}
