import type { ComponentChildren, JSX } from "preact";

export type Column<Row> = {
  id: string;
  head: string;
  cell: (row: Row) => ComponentChildren;
  /** Numbers, right-aligned. */
  numeric?: boolean | undefined;
  /** Hides the heading visually, such as over a column of buttons. */
  quiet?: boolean | undefined;
  /** Hidden on narrow screens. */
  wide?: boolean | undefined;
};

/** A table that scrolls sideways on narrow screens. */
export function Table<Row>(props: {
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
}): JSX.Element {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section class="table-wrap" aria-label={props.label} tabIndex={0}>
      <table class="table">
        <thead>
          <tr>
            {props.columns.map((column) => (
              <th key={column.id} scope="col" class={classOf(column)}>
                {column.quiet ? <span class="visually-hidden">{column.head}</span> : column.head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {props.rows.map((row) => (
            <tr key={props.rowKey(row)}>
              {props.columns.map((column) => (
                <td key={column.id} class={classOf(column)}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function classOf({ numeric, wide }: { numeric?: boolean | undefined; wide?: boolean | undefined }) {
  return [numeric && "numeric end", wide && "wide"].filter(Boolean).join(" ") || undefined;
}
