import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useLocation } from "preact-iso";
import { useAction } from "../../lib/action.ts";
import { api, at, ifMatch, read } from "../../lib/api.ts";
import type { AdminUser, ResetLink } from "../../lib/api-types.ts";
import { formatDate, t } from "../../lib/i18n.ts";
import { useList } from "../../lib/resource.ts";
import { toast } from "../../lib/toast.ts";
import { Avatar, Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { ConfirmDialog } from "../../ui/dialog.tsx";
import { Menu } from "../../ui/menu.tsx";
import { SearchBox } from "../../ui/search-box.tsx";
import { EmptyState, ErrorState, LoadMore, SkeletonRows } from "../../ui/states.tsx";
import { Table } from "../../ui/table.tsx";
import { Section } from "../../ui/tabs.tsx";
import { me } from "../identity/index.ts";
import { NewUserDialog } from "./new-user-dialog.tsx";
import { ResetLinkDialog } from "./reset-link-dialog.tsx";
import { UserAccessDialog } from "./user-access-dialog.tsx";

/** All accounts. Admins create and disable them; only the owner sets a password. */
export function UsersTab(): JSX.Element {
  const { query, route } = useLocation();
  const search = query.q ?? "";
  const creating = useSignal(false);
  const disabling = useSignal<AdminUser | undefined>(undefined);
  const link = useSignal<ResetLink | undefined>(undefined);
  const list = useList<AdminUser>(
    (cursor, signal) =>
      read(
        api.GET("/admin/users", {
          params: { query: { cursor, limit: 50, search: search || undefined } },
          signal,
        }),
      ),
    [search],
  );
  /** The address of this tab, with search text and opened user. */
  const address = (user?: string) => {
    const params = new URLSearchParams({ ...(search && { q: search }), ...(user && { user }) });
    return params.size === 0 ? "/admin" : `/admin?${params}`;
  };
  const change = useAction(
    async (user: AdminUser, fields: { role?: AdminUser["role"]; disabled?: boolean }) => {
      await api.PATCH("/admin/users/{userId}", {
        ...at({ userId: user.id }),
        body: fields,
        headers: ifMatch(user.version),
      });
      disabling.value = undefined;
      toast(t("common.saved"));
      await list.load();
    },
    { toast: true, onConflict: () => list.load() },
  );
  const reset = useAction(
    async (user: AdminUser) => {
      link.value = await read(
        api.POST("/admin/users/{userId}/password-reset-link", at({ userId: user.id })),
      );
    },
    { toast: true },
  );
  const items = list.items.value;
  return (
    <Section
      title={t("admin.users")}
      detail={t("admin.users.detail")}
      actions={
        <Button
          icon="plus"
          onClick={() => {
            creating.value = true;
          }}
        >
          {t("admin.users.new")}
        </Button>
      }
    >
      <SearchBox
        label={t("admin.users.search")}
        query={search}
        maxLength={200}
        onSearch={(q) => route(q === "" ? "/admin" : `/admin?q=${encodeURIComponent(q)}`, true)}
      />
      {list.error.value && !items ? (
        <ErrorState
          title={t("admin.users.failed")}
          detail={list.error.value.detail}
          requestId={list.error.value.requestId}
          onRetry={() => void list.load()}
        />
      ) : !items ? (
        <SkeletonRows rows={4} />
      ) : items.length === 0 ? (
        <EmptyState icon="people" title={t("admin.users.none")} />
      ) : (
        <Table
          label={t("admin.users")}
          rows={items}
          rowKey={(user) => user.id}
          columns={[
            {
              id: "name",
              head: t("field.name"),
              cell: (user) => (
                <span class="row">
                  <Avatar name={user.name} size="sm" />
                  <span>
                    {user.name}
                    <span class="phone-only muted small">{user.email}</span>
                  </span>
                </span>
              ),
            },
            { id: "email", head: t("field.email"), wide: true, cell: (user) => user.email },
            {
              id: "role",
              head: t("members.role"),
              cell: (user) => (
                <span class="row">
                  {t(user.role === "admin" ? "admin.role.admin" : "admin.role.member")}
                  {user.disabledAt && <Badge tone="warn">{t("admin.users.disabled")}</Badge>}
                </span>
              ),
            },
            {
              id: "since",
              head: t("admin.users.since"),
              wide: true,
              cell: (user) => <span class="muted">{formatDate(user.createdAt)}</span>,
            },
            {
              id: "menu",
              head: t("common.actions"),
              quiet: true,
              numeric: true,
              cell: (user) => (
                <Menu
                  label={t("admin.users.menu", { name: user.name })}
                  items={[
                    {
                      label: t("admin.access"),
                      icon: "globe",
                      onSelect: () => route(address(user.id)),
                    },
                    {
                      label: t("admin.users.resetLink"),
                      icon: "key",
                      onSelect: () => void reset.run(user),
                    },
                    user.id !== me.value?.id && {
                      label: t(
                        user.role === "admin" ? "admin.users.makeMember" : "admin.users.makeAdmin",
                      ),
                      icon: "admin",
                      onSelect: () =>
                        void change.run(user, { role: user.role === "admin" ? "member" : "admin" }),
                    },
                    user.id !== me.value?.id &&
                      (user.disabledAt
                        ? {
                            label: t("admin.users.enable"),
                            icon: "check",
                            onSelect: () => void change.run(user, { disabled: false }),
                          }
                        : {
                            label: t("admin.users.disable"),
                            icon: "lock",
                            danger: true,
                            onSelect: () => {
                              disabling.value = user;
                            },
                          }),
                  ]}
                />
              ),
            },
          ]}
        />
      )}
      <LoadMore more={list.more.value} busy={list.busy.value} onLoad={() => void list.loadMore()} />
      {creating.value && (
        <NewUserDialog
          onClose={() => {
            creating.value = false;
          }}
          onCreated={(made) => {
            creating.value = false;
            link.value = made;
            void list.load();
          }}
        />
      )}
      {link.value && (
        <ResetLinkDialog
          link={link.value}
          onClose={() => {
            link.value = undefined;
          }}
        />
      )}
      {query.user && (
        <UserAccessDialog
          key={query.user}
          userId={query.user}
          onClose={() => route(address(), true)}
        />
      )}
      {disabling.value && (
        <ConfirmDialog
          title={t("admin.users.disable.title", { name: disabling.value.name })}
          action={t("admin.users.disable")}
          busy={change.busy.value}
          onConfirm={() => disabling.value && void change.run(disabling.value, { disabled: true })}
          onClose={() => {
            disabling.value = undefined;
          }}
        >
          <p>{t("admin.users.disable.text")}</p>
        </ConfirmDialog>
      )}
    </Section>
  );
}
