import { parseArgs } from "node:util";
import { z } from "zod";
import { type Caller, caller, type Send } from "../test/support/app.ts";
import { read, readId } from "../test/support/read.ts";

/**
 * Creates a small known world over the API: three people with one password, two projects with members, files,
 * an agent, and threads with answers of the built-in model. Running it again changes nothing. The accounts are
 * made on the command line, so it must run where the server runs.
 */
const PASSWORD = "harbour-otters-sunlit-47";

const PEOPLE = [
  { name: "Ada", email: "ada@example.com", role: "admin" },
  { name: "Grace", email: "grace@example.com", role: "member" },
  { name: "Linus", email: "linus@example.com", role: "member" },
] as const;

const HANDBOOK = `# Handbook

## Notice period
The notice period is six weeks to the end of a quarter.

## Working hours
Core hours are 10:00 to 15:00. Everybody plans the rest alone.

## Travel
Trains are booked in second class. Flights under 800 km are not refunded.
`;

const HOLIDAYS = `date,name
2026-12-25,Christmas Day
2026-12-26,Boxing Day
2027-01-01,New Year's Day
`;

const RELEASE = `# Release 2.4

- Search finds words in 24 languages.
- Answers survive a restart of the server.
- A file can be restored for 30 days after it was deleted.
`;

const { values } = parseArgs({
  options: { url: { type: "string", default: "http://localhost:3000" } },
});
const send: Send = (path, init) => fetch(new URL(path, values.url), init);
const anonymous = caller(send, {});

if ((await signIn(PEOPLE[0].email)) === undefined) await seed();
else console.log("The world is there already.");
console.log(
  `Sign in at ${values.url} as ${PEOPLE.map(({ email }) => email).join(", ")}; password: ${PASSWORD}`,
);

async function seed(): Promise<void> {
  for (const person of PEOPLE) await makeAccount(person);
  const ada = await mustSignIn("ada@example.com");
  const grace = await mustSignIn("grace@example.com");

  const handbook = await readId(
    await ok(
      ada.post("/projects", {
        name: "Handbook",
        description: "How we work",
        instructions: "Answer in one or two sentences and quote the handbook.",
      }),
    ),
  );
  await ok(
    ada.post(`/projects/${handbook}/members`, { email: "grace@example.com", role: "editor" }),
  );
  await ok(
    ada.post(`/projects/${handbook}/members`, { email: "linus@example.com", role: "viewer" }),
  );
  await upload(ada, handbook, "handbook.md", HANDBOOK);
  await upload(grace, handbook, "holidays.csv", HOLIDAYS);
  await ok(
    ada.post(`/projects/${handbook}/agents`, {
      name: "Reviewer",
      instructions: "Say what is missing before you answer.",
    }),
  );
  const shared = await ask(ada, handbook, "How long is the notice period?");
  await ok(ada.patch(`/threads/${shared}`, { visibility: "project" }));
  await ask(grace, handbook, "When is Boxing Day?");

  const releases = await readId(await ok(grace.post("/projects", { name: "Releases" })));
  await upload(grace, releases, "release-2.4.md", RELEASE);
  await ask(grace, releases, "What is new in 2.4?");
  console.log("Made 3 people, 2 projects, 3 files, 1 agent and 3 threads.");
}

async function signIn(email: string): Promise<Caller | undefined> {
  const response = await anonymous.post("/auth/sign-in", { email, password: PASSWORD });
  if (!response.ok) return undefined;
  const cookie = response.headers.get("set-cookie")?.split(";")[0] ?? "";
  return caller(send, { cookie });
}

async function mustSignIn(email: string): Promise<Caller> {
  const person = await signIn(email);
  if (person === undefined) throw new Error(`${email} cannot sign in`);
  return person;
}

/** Makes an account on the command line and sets its password with the printed link. */
async function makeAccount(person: (typeof PEOPLE)[number]): Promise<void> {
  const { name, email, role } = person;
  const command = ["admin", "create-user", email, "--name", name, "--role", role];
  const child = Bun.spawn([process.execPath, "src/main.ts", ...command], { stderr: "inherit" });
  const token = /token=([\w-]+)/.exec(await new Response(child.stdout).text())?.[1];
  if (token === undefined) throw new Error(`${email} was not made; is Atelier running here?`);
  await ok(anonymous.post("/auth/password-reset", { token, newPassword: PASSWORD }));
}

async function upload(by: Caller, project: string, name: string, text: string): Promise<void> {
  const path = `/projects/${project}/files/${name}`;
  const fileId = await readId(await ok(by.request("PUT", path, new Blob([text]))));
  const file = z.looseObject({ newest: z.looseObject({ status: z.string() }) });
  await until(async () => {
    const { newest } = await read(await by.get(`/projects/${project}/files/${fileId}`), file);
    return newest.status === "ready";
  }, `${name} to be read`);
}

/** Asks in a new thread and waits for the answer. @returns the thread's id. */
async function ask(by: Caller, project: string, text: string): Promise<string> {
  const thread = await readId(await ok(by.post(`/projects/${project}/threads`, {})));
  const started = await ok(by.post(`/threads/${thread}/messages`, { text }));
  const { generationId } = await read(started, z.looseObject({ generationId: z.uuid() }));
  const generation = z.looseObject({ status: z.string() });
  await until(async () => {
    const { status } = await read(await by.get(`/generations/${generationId}`), generation);
    return status === "complete";
  }, "the answer");
  return thread;
}

async function ok(request: Promise<Response>): Promise<Response> {
  const response = await request;
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  return response;
}

/** @throws Error when the condition is not met within half a minute. */
async function until(isTrue: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error(`Timed out waiting for ${what}`);
    await Bun.sleep(100);
  }
}
