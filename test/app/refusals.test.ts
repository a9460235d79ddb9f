import { expect, test } from "bun:test";
import * as agents from "../../src/features/agents/errors.ts";
import * as generation from "../../src/features/generation/errors.ts";
import * as identity from "../../src/features/identity/errors.ts";
import * as knowledge from "../../src/features/knowledge/errors.ts";
import * as metering from "../../src/features/metering/errors.ts";
import * as models from "../../src/features/models/errors.ts";
import * as projects from "../../src/features/projects/errors.ts";
import * as threads from "../../src/features/threads/errors.ts";
import type { Problem } from "../../src/platform/http/problem.ts";

/** What clients and the audit log take from a refusal, without its sentence. */
function told({ status, code, options }: Problem): string {
  const { errors = [], headers = {}, refusal, extra } = options;
  return [
    `${status} ${code}`,
    ...errors.map(({ path }) => `at ${path}`),
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...(refusal === undefined ? [] : [`refusal ${JSON.stringify(refusal)}`]),
    ...(extra === undefined ? [] : [JSON.stringify(extra)]),
  ].join(", ");
}

// Scripts switch on these codes: a change here breaks them.
const refusals: [Problem, string][] = [
  [agents.agentNotFound(), "404 agent_not_found"],
  [agents.agentAdminNeeded(), "403 admin_needed"],
  [agents.defaultAgentStays(), "409 default_agent"],
  [agents.modelNotOffered(), "422 model_not_offered, at modelId"],
  [agents.agentUnknownHere(), "422 agent_unknown, at agentId"],
  [generation.generationNotFound(), "404 generation_not_found"],
  [generation.answerRunning(), "409 answer_running"],
  [generation.shuttingDown(), "503 shutting_down, retry-after: 5"],
  [generation.tooManyStreams(), "429 too_many_streams, retry-after: 5"],
  [generation.wrongParent(), "422 wrong_parent, at parentId"],
  [generation.contextTooLong(), "422 message_too_long, at text"],
  [identity.notSignedIn(), "401 not_signed_in, www-authenticate: Bearer"],
  [identity.nobodySignedIn(), "401 not_signed_in, www-authenticate: Bearer, refusal null"],
  [
    identity.badKey("hash"),
    '401 invalid_api_key, www-authenticate: Bearer error="invalid_token", refusal {"action":"auth.failed","keyHash":"hash"}',
  ],
  [
    identity.wrongCredentials("ada@example.com"),
    '401 wrong_credentials, refusal {"action":"auth.failed","account":"ada@example.com"}',
  ],
  [
    identity.wrongPassword("currentPassword"),
    '422 wrong_password, at currentPassword, refusal {"action":"auth.failed"}',
  ],
  [identity.weakPassword("password_common", "newPassword"), "422 password_common, at newPassword"],
  [identity.passwordNeeded(), "403 password_needed"],
  [identity.missingScope("write"), "403 missing_scope"],
  [identity.sessionOnly(), "403 session_only"],
  [identity.adminScopeRefused(), "403 admin_scope_refused"],
  [identity.keyLivesTooLong(90), "422 key_lives_too_long, at expiresInDays"],
  [identity.adminOnly(), "404 not_found"],
  [identity.signUpClosed(), "403 sign_up_closed"],
  [identity.emailDomainNotAllowed(), "403 email_domain_not_allowed, at email"],
  [
    identity.tooManySignUps(61),
    '429 too_many_sign_ups, retry-after: 61, refusal {"action":"auth.throttled"}',
  ],
  [identity.emailTaken(), "409 email_taken, at email"],
  [identity.setupDone(), "409 setup_done"],
  [identity.setupTokenWrong(), '403 setup_token_wrong, refusal {"action":"auth.failed"}'],
  [identity.tokenWrong(), '410 link_expired, refusal {"action":"auth.failed"}'],
  [
    identity.tooManyAttempts(61, "ada@example.com"),
    '429 too_many_attempts, retry-after: 61, refusal {"action":"auth.throttled","account":"ada@example.com"}',
  ],
  [identity.noSuchSession(), "404 session_not_found"],
  [identity.noSuchKey(), "404 api_key_not_found"],
  [identity.noSuchUser(), "404 user_not_found"],
  [identity.lastAdmin(), "409 last_admin"],
  [knowledge.fileNotFound(), "404 file_not_found"],
  [
    knowledge.fileNameRefused("too_long", "It is too long."),
    '422 file_name_refused, {"reason":"too_long"}',
  ],
  [knowledge.fileTooLarge(1024), '413 file_too_large, {"limit":1024}'],
  [
    knowledge.quotaExceeded("project", "bytes", 10, 7),
    '413 project_bytes_quota_exceeded, {"limit":10,"used":7,"left":3}',
  ],
  [knowledge.diskReserveReached(), "507 disk_reserve_reached"],
  [knowledge.fileTypeRefused("office"), '415 file_type_refused, {"reason":"office"}'],
  [knowledge.fileEmpty(), "422 file_empty"],
  [knowledge.fileNameTaken(), "409 file_name_taken"],
  [knowledge.fileNotFailed(), "409 file_not_failed"],
  [knowledge.uploadMalformed(), "400 malformed_body"],
  [knowledge.tooManyFiles(100), "413 too_many_files"],
  [
    metering.budgetExhausted({ scope: "project", leftMicroUsd: 5, resetsAt: new Date(0) }),
    '402 budget_exhausted, {"budget":{"scope":"project","leftMicroUsd":5,"resetsAt":"1970-01-01T00:00:00.000Z"}}',
  ],
  [models.modelNotAvailable(), "422 model_not_available, at modelId"],
  [models.providerUnusable(), "409 provider_unusable"],
  [models.noSuchProvider(), "404 provider_not_found"],
  [models.noSuchModel(), "404 model_not_found"],
  [models.addressNotAllowed(), "422 address_not_allowed, at baseUrl"],
  [models.keyNeeded(), "422 key_needed, at apiKey"],
  [models.headerValueNeeded(2), "422 header_value_needed, at headers.2.value"],
  [models.providerManaged(), "409 provider_kept"],
  [models.builtinStays(), "409 builtin_stays"],
  [models.pricesNeeded(), "422 prices_needed, at prices"],
  [models.modelNeeded(), "422 model_needed, at model"],
  [projects.projectNotFound(), "404 project_not_found"],
  [projects.projectRoleNeeded("editor"), "403 project_role_needed"],
  [projects.projectArchived(), "409 project_archived"],
  [projects.personalProjectStays(), "409 personal_project"],
  [projects.projectNotDeleted(), "409 project_not_deleted"],
  [projects.memberNotFound(), "404 member_not_found"],
  [projects.lastOwner(), "409 last_owner"],
  [projects.alreadyMember(), "409 already_member, at email"],
  [projects.noSuchAccount(), "422 no_such_account, at email"],
  [threads.threadNotFound(), "404 thread_not_found"],
  [threads.messageNotFound(), "404 message_not_found"],
  [threads.threadReadOnly(), "403 thread_read_only"],
  [threads.threadNotYours(), "403 thread_not_yours"],
];

/** The same with other arguments. */
const variants: [Problem, string][] = [
  [
    knowledge.quotaExceeded("workspace", "files", 10, 12),
    '507 workspace_files_quota_exceeded, {"limit":10,"used":12,"left":0}',
  ],
  [
    knowledge.quotaExceeded("user", "versions", 10, 10),
    '413 user_versions_quota_exceeded, {"limit":10,"used":10,"left":0}',
  ],
  [models.modelNotAvailable("defaultModelId"), "422 model_not_available, at defaultModelId"],
  [
    metering.budgetExhausted({ scope: "workspace", leftMicroUsd: 0, resetsAt: null }),
    '402 budget_exhausted, {"budget":{"scope":"workspace","leftMicroUsd":0,"resetsAt":null}}',
  ],
];

test.each([...refusals, ...variants].map(([problem, expected]) => [expected, problem] as const))(
  "%s",
  (expected, problem) => {
    expect(told(problem)).toBe(expected);
  },
);

test("none is missing here", () => {
  const features = [agents, generation, identity, knowledge, metering, models, projects, threads];
  const makers = features.flatMap((feature) =>
    Object.keys(feature).filter((name) => name !== "failureSentence"),
  );
  expect(refusals).toHaveLength(makers.length);
});
