import { hashKey } from "../../src/features/identity/authenticate.ts";
import { hashPassword } from "../../src/features/identity/hash-password.ts";
import type { Caller, TestApp } from "./app.ts";

/**
 * Every kind of caller of a route. The admin is in no project; the read-only key is the owner's, the other two
 * are the admin's: one that reads and writes, and one that also has the scope `admin`.
 */
export const ROLES = [
  "anonymous",
  "stranger",
  "viewer",
  "editor",
  "owner",
  "admin",
  "read-only key",
  "admin's key",
  "admin key",
] as const;
export type Role = (typeof ROLES)[number];
const PEOPLE = ["stranger", "viewer", "editor", "owner", "admin"] as const;
export type PersonRole = (typeof PEOPLE)[number];

export const PASSWORD = "a long enough password";

export interface CastMember {
  id: string;
  email: string;
  sessionId: string;
  cookie: string;
  /** Of the read-only key. */
  keyId: string;
  /** A read-only key, a writing one, and for the admin one with the scope `admin` too. */
  keys: { read: string; write: string; admin: string };
}

/** A project with a member in each role, made for one request, so that requests do not affect each other. */
export interface Cast {
  readonly app: TestApp;
  readonly projectId: string;
  readonly people: Record<PersonRole, CastMember>;
  readonly callers: Record<Role, Caller>;
  /** The account that a role acts with; for anonymous, the owner's. */
  self(role: Role): CastMember;
}

/** The account of each caller; the owner's for anonymous. */
const ACCOUNT_OF: Record<Role, PersonRole> = {
  anonymous: "owner",
  stranger: "stranger",
  viewer: "viewer",
  editor: "editor",
  owner: "owner",
  admin: "admin",
  "read-only key": "owner",
  "admin's key": "admin",
  "admin key": "admin",
};

let passwordHash: Promise<string> | undefined;

/** Creates people, project, memberships, sessions and keys directly in the database. */
export async function makeCast(app: TestApp): Promise<Cast> {
  const { sql } = app.deps.database;
  passwordHash ??= hashPassword(PASSWORD);
  const password = await passwordHash;
  const id = () => app.deps.ids.next();
  const projectId = id();
  const until = new Date(app.deps.clock.now().getTime() + 20 * 86_400_000).toISOString();
  const make = (role: PersonRole) => {
    const person = id();
    const token = `token-${person}`;
    const signed = `${token}.${app.deps.secrets.sign(token, "session-cookie")}`;
    return {
      role,
      token,
      id: person,
      email: `${role}-${person}@example.com`,
      sessionId: id(),
      keyId: id(),
      personalId: id(),
      keys: { read: `atl_${person}`, write: `atl_w_${person}`, admin: `atl_a_${person}` },
      cookie: `atelier_session=${encodeURIComponent(signed)}`,
    };
  };
  const made = {
    stranger: make("stranger"),
    viewer: make("viewer"),
    editor: make("editor"),
    owner: make("owner"),
    admin: make("admin"),
  };
  await sql.begin(async (tx) => {
    await tx`insert into projects (id, name) values (${projectId}, 'Cast')`;
    for (const person of Object.values(made)) {
      const role = person.role === "admin" ? "admin" : "member";
      await tx`insert into principals (id, kind) values (${person.id}, 'user')`;
      await tx`insert into users (id, name, email, role)
        values (${person.id}, ${person.role}, ${person.email}, ${role})`;
      await tx`insert into accounts (id, user_id, account_id, provider_id, password)
        values (${id()}, ${person.id}, ${person.id}, 'credential', ${password})`;
      await tx`insert into sessions (id, user_id, token, expires_at)
        values (${person.sessionId}, ${person.id}, ${person.token}, ${until})`;
      await tx`insert into api_keys (id, user_id, name, prefix, hash, scopes)
        values (${person.keyId}, ${person.id}, 'Reader', 'atl_', ${hashKey(person.keys.read)}, '{read}')`;
      await tx`insert into api_keys (id, user_id, name, prefix, hash, scopes)
        values (${id()}, ${person.id}, 'Writer', 'atl_', ${hashKey(person.keys.write)}, '{read,write}')`;
      if (role === "admin")
        await tx`insert into api_keys (id, user_id, name, prefix, hash, scopes) values
          (${id()}, ${person.id}, 'Admin', 'atl_', ${hashKey(person.keys.admin)}, '{read,write,admin}')`;
      await tx`insert into projects (id, name, personal_of) values (${person.personalId}, 'Own', ${person.id})`;
      await tx`insert into project_members (project_id, principal_id, role)
        values (${person.personalId}, ${person.id}, 'owner')`;
      if (person.role === "viewer" || person.role === "editor" || person.role === "owner") {
        await tx`insert into project_members (project_id, principal_id, role)
          values (${projectId}, ${person.id}, ${person.role})`;
      }
    }
  });
  const signedIn = (role: PersonRole) => app.withCookie(made[role].cookie);
  return {
    app,
    projectId,
    people: made,
    callers: {
      anonymous: app.anonymous,
      stranger: signedIn("stranger"),
      viewer: signedIn("viewer"),
      editor: signedIn("editor"),
      owner: signedIn("owner"),
      admin: signedIn("admin"),
      "read-only key": app.withKey(made.owner.keys.read),
      "admin's key": app.withKey(made.admin.keys.write),
      "admin key": app.withKey(made.admin.keys.admin),
    },
    self: (role) => made[ACCOUNT_OF[role]],
  };
}
