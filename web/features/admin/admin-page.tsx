import type { JSX } from "preact";

export default function AdminPage(): JSX.Element {
  return <main id="main" class="page" />;
}
