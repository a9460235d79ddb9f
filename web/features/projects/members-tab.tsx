import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useAction } from "../../lib/action.ts";
import { api, at, read } from "../../lib/api.ts";
import type { Member, Project, ProjectRole } from "../../lib/api-types.ts";
import { t } from "../../lib/i18n.ts";
import { useList } from "../../lib/resource.ts";
import { toast } from "../../lib/toast.ts";
import { Avatar } from "../../ui/badge.tsx";
import { typed } from "../../ui/bind.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { ConfirmDialog } from "../../ui/dialog.tsx";
import { Input, Select } from "../../ui/field.tsx";
import { FormError } from "../../ui/form-error.tsx";
import { ErrorState, SkeletonRows } from "../../ui/states.tsx";
import { Section } from "../../ui/tabs.tsx";
import { me } from "../identity/index.ts";

const roles = [
  { value: "viewer", label: "role.viewer" },
  { value: "editor", label: "role.editor" },
  { value: "owner", label: "role.owner" },
] as const;

function roleOf(value: string): ProjectRole {
  return roles.find((role) => role.value === value)?.value ?? "viewer";
}

const roleOptions = () => roles.map((role) => ({ value: role.value, label: t(role.label) }));

/** The project's members and their roles. */
export function MembersTab(props: { project: Project }): JSX.Element {
  const { project } = props;
  const owner = project.role === "owner";
  const leaving = useSignal<Member | undefined>(undefined);
  const list = useList<Member>(
    (_, signal) =>
      read(api.GET("/projects/{projectId}/members", { ...at({ projectId: project.id }), signal })),
    [project.id],
  );
  const change = useAction(
    async (member: Member, role: ProjectRole) => {
      await api.PATCH("/projects/{projectId}/members/{principalId}", {
        ...at({ projectId: project.id, principalId: member.principalId }),
        body: { role },
      });
      await list.load();
    },
    { toast: true },
  );
  const remove = useAction(
    async (member: Member) => {
      await api.DELETE(
        "/projects/{projectId}/members/{principalId}",
        at({ projectId: project.id, principalId: member.principalId }),
      );
      leaving.value = undefined;
      toast(t("members.removed", { name: member.name }));
      await list.load();
    },
    { toast: true },
  );
  const items = list.items.value;
  return (
    <Section title={t("project.tab.members")} detail={t("members.detail")}>
      {owner && <AddMember projectId={project.id} onAdded={() => void list.load()} />}
      {list.error.value && !items ? (
        <ErrorState
          title={t("members.failed")}
          detail={list.error.value.detail}
          onRetry={() => void list.load()}
        />
      ) : !items ? (
        <SkeletonRows rows={3} />
      ) : (
        <ul class="rows">
          {items.map((member) => (
            <li key={member.principalId} class="row-item">
              <Avatar name={member.name} />
              <div class="grow">
                <p class="row-title truncate">
                  {member.name}
                  {member.email === me.value?.email && (
                    <span class="faint"> {t("members.you")}</span>
                  )}
                </p>
                <p class="muted small truncate">{member.email}</p>
              </div>
              {owner ? (
                <>
                  <Select
                    bare
                    label={t("members.roleOf", { name: member.name })}
                    value={member.role}
                    options={roleOptions()}
                    onChange={(value) => void change.run(member, roleOf(value))}
                  />
                  <IconButton
                    icon="close"
                    size="sm"
                    label={t("members.remove", { name: member.name })}
                    tip="none"
                    onClick={() => {
                      leaving.value = member;
                    }}
                  />
                </>
              ) : (
                <span class="muted small">
                  {t(roles.find((role) => role.value === member.role)?.label ?? "role.viewer")}
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
      {leaving.value && (
        <ConfirmDialog
          title={t("members.remove", { name: leaving.value.name })}
          action={t("members.remove.action")}
          busy={remove.busy.value}
          onConfirm={() => leaving.value && void remove.run(leaving.value)}
          onClose={() => {
            leaving.value = undefined;
          }}
        >
          <p>
            {t(
              leaving.value.email === me.value?.email
                ? "members.remove.self"
                : "members.remove.text",
            )}
          </p>
        </ConfirmDialog>
      )}
    </Section>
  );
}

function AddMember(props: { projectId: string; onAdded: () => void }): JSX.Element {
  const email = useSignal("");
  const role = useSignal<ProjectRole>("editor");
  const add = useAction(async () => {
    await api.POST("/projects/{projectId}/members", {
      ...at({ projectId: props.projectId }),
      body: {
        email: email.value,
        role: role.value,
      },
    });
    email.value = "";
    props.onAdded();
  });
  return (
    <form
      class="inline-form"
      onSubmit={(event) => {
        event.preventDefault();
        void add.run();
      }}
    >
      <FormError error={add.error.value} />
      <Input
        label={t("members.email")}
        type="email"
        {...typed(email)}
        placeholder="name@example.com"
        required
      />
      <Select
        label={t("members.role")}
        value={role.value}
        options={roleOptions()}
        onChange={(value) => {
          role.value = roleOf(value);
        }}
      />
      <Button type="submit" busy={add.busy.value}>
        {t("members.add")}
      </Button>
    </form>
  );
}
