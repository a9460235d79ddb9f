import type { JSX } from "preact";

/** Outlines on a 20 × 20 grid, all with the same stroke width. */
const paths = {
  plus: "M10 4.5v11M4.5 10h11",
  close: "M5.5 5.5l9 9M14.5 5.5l-9 9",
  check: "M4.5 10.5l3.5 3.5 7.5-8",
  chevronDown: "M5.5 8l4.5 4.5L14.5 8",
  chevronLeft: "M12 5.5L7.5 10l4.5 4.5",
  chevronRight: "M8 5.5l4.5 4.5L8 14.5",
  menu: "M3.5 6h13M3.5 10h13M3.5 14h13",
  more: "M4.5 10h.01M10 10h.01M15.5 10h.01",
  search: "M9 14.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11zM13 13l3.5 3.5",
  send: "M10 15.5v-11M5.5 9L10 4.5 14.5 9",
  stop: "M6.5 6.5h7v7h-7z",
  retry: "M15.5 8.5a5.8 5.8 0 1 0 .3 2.8M15.8 4.5v4h-4",
  edit: "M4 16l.8-3.4L12.9 4.5a1.6 1.6 0 0 1 2.3 0l.3.3a1.6 1.6 0 0 1 0 2.3L7.4 15.2 4 16zM11.5 6l2.5 2.5",
  copy: "M7.5 7.5h8v8h-8zM12.5 7.5v-3h-8v8h3",
  trash: "M4.5 6h11M8 6V4.5h4V6M6 6l.6 9.5h6.8L14 6M8.8 8.8v4M11.2 8.8v4",
  folder:
    "M3.5 6.2c0-.7.5-1.2 1.2-1.2h3l1.6 1.8h6c.7 0 1.2.5 1.2 1.2v6c0 .7-.5 1.2-1.2 1.2H4.7c-.7 0-1.2-.5-1.2-1.2z",
  file: "M6 3.5h5l3.5 3.5v9a.5.5 0 0 1-.5.5H6a.5.5 0 0 1-.5-.5V4a.5.5 0 0 1 .5-.5zM11 3.5V7h3.5",
  thread: "M4 5.5c0-.6.4-1 1-1h10c.6 0 1 .4 1 1v7c0 .6-.4 1-1 1H9.5L6 16.5v-3H5c-.6 0-1-.4-1-1z",
  people:
    "M7.5 9.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM3 15.5c.3-2.3 2-3.8 4.5-3.8s4.2 1.5 4.5 3.8M12.5 4.8a2.5 2.5 0 0 1 0 4.4M14 12c1.7.5 2.7 1.7 3 3.5",
  person: "M10 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM4 16.5c.4-3 2.7-4.8 6-4.8s5.6 1.8 6 4.8",
  agent:
    "M10 3v2.5M6 5.5h8c.8 0 1.5.7 1.5 1.5v6c0 .8-.7 1.5-1.5 1.5H6c-.8 0-1.5-.7-1.5-1.5V7c0-.8.7-1.5 1.5-1.5zM7.9 9v1.2M12.1 9v1.2M7.5 17h5",
  settings:
    "M4 6h6.5M14.5 6H16M4 14h1.5M9.5 14H16M12.5 8a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM7.5 16a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
  admin: "M10 3l5.5 2v4.5c0 3.5-2.2 5.9-5.5 7.5-3.3-1.6-5.5-4-5.5-7.5V5z",
  upload: "M10 13V4.5M6.5 8L10 4.5 13.5 8M4 13.5v2h12v-2",
  download: "M10 4.5V13M6.5 9.5L10 13l3.5-3.5M4 15.5h12",
  lock: "M5.5 9.5h9v6.5h-9zM7.5 9.5V7a2.5 2.5 0 0 1 5 0v2.5",
  globe:
    "M10 16.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM3.5 10h13M10 3.5c4 4 4 9 0 13-4-4-4-9 0-13z",
  info: "M10 16.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM10 9.3v4M10 6.7v.1",
  warning: "M10 4l7 12H3zM10 8.5v3.5M10 13.9v.1",
  link: "M8.5 11.5l3-3M9 6l1.5-1.5a3.2 3.2 0 0 1 4.5 0v0a3.2 3.2 0 0 1 0 4.5L13.5 10.5M11 14l-1.5 1.5a3.2 3.2 0 0 1-4.5 0v0a3.2 3.2 0 0 1 0-4.5L6.5 9.5",
  archive: "M3.5 4.5h13V8h-13zM4.5 8v7.5h11V8M8.5 11h3",
  signOut: "M11.5 4.5H5v11h6.5M9 10h8M14 7l3 3-3 3",
  sun: "M10 13a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM10 2.5v1.5M10 16v1.5M2.5 10H4M16 10h1.5M4.7 4.7l1.1 1.1M14.2 14.2l1.1 1.1M4.7 15.3l1.1-1.1M14.2 5.8l1.1-1.1",
  monitor: "M3.5 4.5h13v9h-13zM7.5 16.5h5M10 13.5v3",
  moon: "M16 11.8A6.5 6.5 0 0 1 8.2 4a6.5 6.5 0 1 0 7.8 7.8z",
  spark: "M10 3.5l1.7 4.8 4.8 1.7-4.8 1.7L10 16.5l-1.7-4.8L3.5 10l4.8-1.7z",
  key: "M7 13a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM10 10h6.5v2.5M13.5 10v2",
  list: "M4 6h.1M7 6h9M4 10h.1M7 10h9M4 14h.1M7 14h9",
} as const;

export type IconName = keyof typeof paths;

/** An icon is decorative: its control carries the text. */
export function Icon(props: { name: IconName; size?: number }): JSX.Element {
  const size = props.size ?? 20;
  return (
    <svg
      class="icon"
      width={size}
      height={size}
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      stroke-width={props.name === "more" ? 2.4 : 1.5}
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={paths[props.name]} />
    </svg>
  );
}
