declare const safe: unique symbol;
/** A path made by `path`, which contains no unescaped value. */
export type ApiPath = string & { readonly [safe]: true };

/**
 * Builds an API path for requests outside `api`: uploads, event streams, links. Each inserted value becomes one
 * escaped segment.
 */
export function path(parts: TemplateStringsArray, ...values: (string | number)[]): ApiPath {
  const text = parts.reduce(
    (all, part, index) => all + encodeURIComponent(String(values[index - 1])) + part,
  );
  return `/api/v1${text}` as ApiPath;
}
