// Written by scripts/write-api-types.ts from the OpenAPI document; not to be edited.

export interface paths {
    "/setup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the first account has to be created */
        get: operations["get_setup"];
        put?: never;
        /** Create the first account, an admin */
        post: operations["post_setup"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/sign-up": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Create an account, where sign-up is open */
        post: operations["post_auth_sign_up"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/password-check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Rates a new password, and says whether it would be accepted
         * @description The password is neither stored nor logged.
         */
        post: operations["post_auth_password_check"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/sign-in": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign in by password */
        post: operations["post_auth_sign_in"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/sign-out": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End this session */
        post: operations["post_auth_sign_out"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/password-reset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Set a new password with a reset link */
        post: operations["post_auth_password_reset"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** My account */
        get: operations["get_me"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change my name */
        patch: operations["patch_me"];
        trace?: never;
    };
    "/me/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Change my password, end my other sessions and, unless told otherwise, my API keys */
        post: operations["post_me_password"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/me/confirm-password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Confirm my password, for actions that require it */
        post: operations["post_me_confirm_password"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/me/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** My sessions */
        get: operations["get_me_sessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/me/sessions/{sessionId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** End one of my sessions */
        delete: operations["delete_me_sessions_sessionId"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/me/api-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** My API keys */
        get: operations["get_me_api_keys"];
        put?: never;
        /**
         * Create an API key; only this response contains it
         * @description An Idempotency-Key is not honoured here: answers that hold a secret are never stored.
         */
        post: operations["post_me_api_keys"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/me/api-keys/{keyId}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replace an API key; the old one works for an overlap
         * @description An Idempotency-Key is not honoured here: answers that hold a secret are never stored.
         */
        post: operations["post_me_api_keys_keyId_rotate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/me/api-keys/{keyId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revoke an API key at once */
        delete: operations["delete_me_api_keys_keyId"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** My projects */
        get: operations["get_projects"];
        put?: never;
        /** Create a project */
        post: operations["post_projects"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{projectId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One project */
        get: operations["get_projects_projectId"];
        put?: never;
        post?: never;
        /** Delete a project; the answer says until when it can be restored */
        delete: operations["delete_projects_projectId"];
        options?: never;
        head?: never;
        /** Change name, description or instructions */
        patch: operations["patch_projects_projectId"];
        trace?: never;
    };
    "/projects/{projectId}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Restore a deleted project */
        post: operations["post_projects_projectId_restore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{projectId}/archive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Archive a project: it becomes read-only */
        put: operations["put_projects_projectId_archive"];
        post?: never;
        /** Unarchive a project */
        delete: operations["delete_projects_projectId_archive"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{projectId}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Members of the project */
        get: operations["get_projects_projectId_members"];
        put?: never;
        /** Add the user with an e-mail address */
        post: operations["post_projects_projectId_members"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{projectId}/members/{principalId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Remove a member, or leave the project */
        delete: operations["delete_projects_projectId_members_principalId"];
        options?: never;
        head?: never;
        /** Change a member's role */
        patch: operations["patch_projects_projectId_members_principalId"];
        trace?: never;
    };
    "/agents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Agents of the workspace */
        get: operations["get_agents"];
        put?: never;
        /** Create an agent of the workspace */
        post: operations["post_agents"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{projectId}/agents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A project's own agents */
        get: operations["get_projects_projectId_agents"];
        put?: never;
        /** Create an agent of a project */
        post: operations["post_projects_projectId_agents"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/{agentId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One agent */
        get: operations["get_agents_agentId"];
        put?: never;
        post?: never;
        /** Delete an agent; it can be restored within the restore window */
        delete: operations["delete_agents_agentId"];
        options?: never;
        head?: never;
        /** Change an agent */
        patch: operations["patch_agents_agentId"];
        trace?: never;
    };
    "/agents/{agentId}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Restore a deleted agent */
        post: operations["post_agents_agentId_restore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Models that users can choose */
        get: operations["get_models"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/providers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All providers */
        get: operations["get_admin_providers"];
        put?: never;
        /** Add a provider */
        post: operations["post_admin_providers"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/providers/{providerId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One provider */
        get: operations["get_admin_providers_providerId"];
        put?: never;
        post?: never;
        /** Remove a provider and its key */
        delete: operations["delete_admin_providers_providerId"];
        options?: never;
        head?: never;
        /** Change a provider, or replace its key */
        patch: operations["patch_admin_providers_providerId"];
        trace?: never;
    };
    "/admin/providers/{providerId}/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Names of the models that a provider lists, asked now */
        get: operations["get_admin_providers_providerId_models"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/provider-presets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Known vendors and servers, to connect a provider from */
        get: operations["get_admin_provider_presets"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/providers/{providerId}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Test a provider with one small call */
        post: operations["post_admin_providers_providerId_test"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All models, including disabled ones */
        get: operations["get_admin_models"];
        put?: never;
        /** Offer a model of a provider */
        post: operations["post_admin_models"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/models/{modelId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One model */
        get: operations["get_admin_models_modelId"];
        put?: never;
        post?: never;
        /** Remove a model */
        delete: operations["delete_admin_models_modelId"];
        options?: never;
        head?: never;
        /** Change a model, its prices, or switch it off */
        patch: operations["patch_admin_models_modelId"];
        trace?: never;
    };
    "/admin/catalogue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Known models of a kind of provider, with their prices, to choose from */
        get: operations["get_admin_catalogue"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All accounts, newest first */
        get: operations["get_admin_users"];
        put?: never;
        /**
         * Create an account; its owner sets a password with the link
         * @description An Idempotency-Key is not honoured here: answers that hold a secret are never stored.
         */
        post: operations["post_admin_users"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/users/{userId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One account */
        get: operations["get_admin_users_userId"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change name or role, disable or enable an account
         * @description Making a user an admin and enabling an account need a browser session.
         */
        patch: operations["patch_admin_users_userId"];
        trace?: never;
    };
    "/admin/users/{userId}/password-reset-link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A one-time link to set a new password
         * @description An Idempotency-Key is not honoured here: answers that hold a secret are never stored.
         */
        post: operations["post_admin_users_userId_password_reset_link"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/users/{userId}/access": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A user's active sessions and API keys */
        get: operations["get_admin_users_userId_access"];
        put?: never;
        post?: never;
        /** End all sessions and API keys of a user */
        delete: operations["delete_admin_users_userId_access"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/users/{userId}/sessions/{sessionId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** End one of a user's sessions */
        delete: operations["delete_admin_users_userId_sessions_sessionId"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/users/{userId}/api-keys/{keyId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revoke one of a user's API keys at once */
        delete: operations["delete_admin_users_userId_api_keys_keyId"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Workspace settings */
        get: operations["get_admin_settings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change workspace settings
         * @description Letting more people sign up needs a browser session.
         */
        patch: operations["patch_admin_settings"];
        trace?: never;
    };
    "/projects/{projectId}/files": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Files of a project, newest first */
        get: operations["get_projects_projectId_files"];
        put?: never;
        /** Upload files as a multipart form; each is stored or refused separately */
        post: operations["post_projects_projectId_files"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{projectId}/files/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Store bytes under a name; the same bytes again change nothing */
        put: operations["put_projects_projectId_files_name"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{projectId}/files/{fileId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One file with the state of its newest version */
        get: operations["get_projects_projectId_files_fileId"];
        put?: never;
        post?: never;
        /** Delete a file; it can be restored within the restore window */
        delete: operations["delete_projects_projectId_files_fileId"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{projectId}/files/{fileId}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Restore a deleted file */
        post: operations["post_projects_projectId_files_fileId_restore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{projectId}/files/{fileId}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Read a failed file again */
        post: operations["post_projects_projectId_files_fileId_retry"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{projectId}/files/{fileId}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Versions of a file, newest first */
        get: operations["get_projects_projectId_files_fileId_versions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{projectId}/file-versions/{versionId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One version of a file */
        get: operations["get_projects_projectId_file_versions_versionId"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{projectId}/file-versions/{versionId}/text": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Its text between two offsets, at most 200000 code units at once */
        get: operations["get_projects_projectId_file_versions_versionId_text"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{projectId}/file-versions/{versionId}/content": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Its bytes as they were uploaded, to be saved */
        get: operations["get_projects_projectId_file_versions_versionId_content"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{projectId}/storage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Storage used by the files of a project, and the limits */
        get: operations["get_projects_projectId_storage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{projectId}/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Search the files of a project; best passages first */
        get: operations["get_projects_projectId_search"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Audit log, newest first */
        get: operations["get_admin_audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/threads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Recent threads of all my projects */
        get: operations["get_threads"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{projectId}/threads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Threads of a project */
        get: operations["get_projects_projectId_threads"];
        put?: never;
        /** Create a thread */
        post: operations["post_projects_projectId_threads"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/threads/{threadId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A thread with the newest messages of its shown branch */
        get: operations["get_threads_threadId"];
        put?: never;
        post?: never;
        /** Delete a thread; it can be restored within the restore window */
        delete: operations["delete_threads_threadId"];
        options?: never;
        head?: never;
        /** Rename, share, or choose agent and model */
        patch: operations["patch_threads_threadId"];
        trace?: never;
    };
    "/threads/{threadId}/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Messages of a thread's branch, newest first
         * @description Follow `nextCursor` until it is null for the whole branch. Other branches are read `through` one of the `versionIds` of a message.
         */
        get: operations["get_threads_threadId_messages"];
        put?: never;
        /** Ask: add a message and begin its answer */
        post: operations["post_threads_threadId_messages"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/threads/{threadId}/leaf": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Show the branch through this message */
        put: operations["put_threads_threadId_leaf"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/threads/{threadId}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Restore a deleted thread */
        post: operations["post_threads_threadId_restore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/messages/{messageId}/regenerate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Answer the same question again, beside the answer there is */
        post: operations["post_messages_messageId_regenerate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/generations/{generationId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A generation's state and what was sent for it */
        get: operations["get_generations_generationId"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/generations/{generationId}/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stop an answer; the written text is kept */
        post: operations["post_generations_generationId_stop"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/generations/{generationId}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The answer's events after a number, to the end (server-sent events) */
        get: operations["get_generations_generationId_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{projectId}/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Usage and spending of a project */
        get: operations["get_projects_projectId_usage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/me/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** My usage and spending */
        get: operations["get_me_usage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Problem: {
            type: string;
            title: string;
            status: number;
            code: string;
            detail: string;
            requestId: string;
            errors?: {
                path: string;
                message: string;
            }[] | undefined;
        };
        SetupState: {
            needed: boolean;
            signUpOpen: boolean;
        };
        Me: {
            /** Format: uuid */
            id: string;
            name: string;
            email: string;
            /** @enum {string} */
            role: "admin" | "member";
            /** Format: uuid */
            personalProjectId: string | null;
            restoreDays: number;
            /** Format: date-time */
            createdAt: string;
        };
        SetupInput: {
            name: string;
            /** Format: email */
            email: string;
            password: string;
            token?: string | undefined;
        };
        AccountInput: {
            name: string;
            /** Format: email */
            email: string;
            password: string;
        };
        PasswordJudgement: {
            /** @enum {string|null} */
            weakness: "password_too_short" | "password_personal" | "password_repetitive" | "password_common" | null;
            score: number;
        };
        PasswordCheck: {
            password: string;
            name?: string | undefined;
            email?: string | undefined;
        };
        SignedInUser: components["schemas"]["Me"] & {
            failedBefore: number;
        };
        SignInInput: {
            /** Format: email */
            email: string;
            password: string;
        };
        PasswordReset: {
            token: string;
            newPassword: string;
        };
        MeChange: {
            name: string;
        };
        PasswordChange: {
            currentPassword: string;
            newPassword: string;
            /** @default true */
            revokeKeys?: boolean | undefined;
        };
        PasswordConfirmation: {
            password: string;
        };
        Session: {
            /** Format: uuid */
            id: string;
            current: boolean;
            ipAddress: string | null;
            userAgent: string | null;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            lastSeenAt: string;
            failedBefore: number;
            /** Format: date-time */
            expiresAt: string;
        };
        ApiKeyList: {
            items: components["schemas"]["ApiKey"][];
            nextCursor: null;
            maxDays: number | null;
        };
        ApiKey: {
            /** Format: uuid */
            id: string;
            name: string;
            prefix: string;
            scopes: ("read" | "write" | "admin")[];
            /** Format: date-time */
            expiresAt: string | null;
            /** Format: date-time */
            lastUsedAt: string | null;
            /** Format: date-time */
            createdAt: string;
        };
        CreatedApiKey: components["schemas"]["ApiKey"] & {
            key: string;
        };
        NewApiKey: {
            name: string;
            scopes: ("read" | "write" | "admin")[];
            expiresInDays?: (number | null) | undefined;
        };
        ApiKeyRotation: {
            /** @default 24 */
            overlapHours?: number | undefined;
        };
        ProjectPage: {
            items: components["schemas"]["Project"][];
            nextCursor: string | null;
        };
        Project: {
            /** Format: uuid */
            id: string;
            name: string;
            description: string;
            instructions: string;
            personal: boolean;
            /** @enum {string} */
            role: "viewer" | "editor" | "owner";
            version: number;
            /** Format: date-time */
            archivedAt: string | null;
            /** Format: date-time */
            deletedAt: string | null;
            /** Format: date-time */
            restorableUntil: string | null;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            updatedAt: string;
        };
        NewProject: {
            name: string;
            /** @default  */
            description?: string | undefined;
            /** @default  */
            instructions?: string | undefined;
        };
        ProjectChange: {
            name?: string | undefined;
            description?: string | undefined;
            instructions?: string | undefined;
        };
        MemberList: {
            items: components["schemas"]["Member"][];
            nextCursor: null;
        };
        Member: {
            /** Format: uuid */
            principalId: string;
            name: string;
            email: string;
            /** @enum {string} */
            role: "viewer" | "editor" | "owner";
            /** Format: date-time */
            createdAt: string;
        };
        NewMember: {
            /** Format: email */
            email: string;
            /** @enum {string} */
            role: "viewer" | "editor" | "owner";
        };
        MemberChange: {
            /** @enum {string} */
            role: "viewer" | "editor" | "owner";
        };
        AgentList: {
            items: components["schemas"]["Agent"][];
            nextCursor: null;
        };
        Agent: {
            /** Format: uuid */
            id: string;
            /** Format: uuid */
            projectId: string | null;
            name: string;
            description: string;
            instructions: string;
            /** Format: uuid */
            modelId: string | null;
            temperature: number | null;
            maxOutputTokens: number | null;
            /** @enum {string|null} */
            effort: "off" | "low" | "medium" | "high" | null;
            isDefault: boolean;
            version: number;
            /** Format: date-time */
            deletedAt: string | null;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            updatedAt: string;
        };
        NewAgent: {
            name: string;
            /** @default  */
            description?: string | undefined;
            /** @default  */
            instructions?: string | undefined;
            /**
             * Format: uuid
             * @default null
             */
            modelId?: (string | null) | undefined;
            /** @default null */
            temperature?: (number | null) | undefined;
            /** @default null */
            maxOutputTokens?: (number | null) | undefined;
            /**
             * @default null
             * @enum {string|null}
             */
            effort?: ("off" | "low" | "medium" | "high" | null) | undefined;
        };
        AgentChange: {
            name?: string | undefined;
            description?: string | undefined;
            instructions?: string | undefined;
            /** Format: uuid */
            modelId?: (string | null) | undefined;
            temperature?: (number | null) | undefined;
            maxOutputTokens?: (number | null) | undefined;
            /** @enum {string|null} */
            effort?: ("off" | "low" | "medium" | "high" | null) | undefined;
        };
        ModelChoices: {
            items: components["schemas"]["ModelChoice"][];
            nextCursor: null;
        };
        ModelChoice: {
            /** Format: uuid */
            id: string;
            displayName: string;
            providerName: string;
            /** @enum {string} */
            providerKind: "anthropic" | "openai" | "google" | "excerpts";
            contextWindow: number;
            maxOutputTokens: number;
            images: boolean;
            reasoning: boolean;
            prices: components["schemas"]["Prices"];
            isDefault: boolean;
        };
        Prices: {
            input: number;
            cacheRead: number;
            cacheWrite: number;
            output: number;
        };
        AdminProviders: {
            items: components["schemas"]["AdminProvider"][];
            nextCursor: null;
        };
        AdminProvider: {
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            kind: "anthropic" | "openai" | "google" | "excerpts";
            name: string;
            baseUrl: string | null;
            /** @enum {string} */
            origin: "builtin" | "environment" | "admin";
            enabled: boolean;
            hasKey: boolean;
            keyHint: string | null;
            /** @enum {string|null} */
            auth: "bearer" | "api-key" | "x-api-key" | "x-goog-api-key" | null;
            headers: {
                name: string;
                value: string | null;
                secret: boolean;
            }[];
            dialect: components["schemas"]["Dialect"];
            version: number;
            /** Format: date-time */
            createdAt: string;
        };
        Dialect: {
            /** @enum {string} */
            outputLimit?: ("max_completion_tokens" | "max_tokens") | undefined;
            includeUsage?: boolean | undefined;
            temperature?: boolean | undefined;
            /** @enum {string} */
            systemRole?: ("system" | "developer" | "user") | undefined;
            /** @enum {string} */
            reasoning?: ("effort" | "openrouter" | "adaptive" | "budget" | "none") | undefined;
            cacheBreakpoints?: boolean | undefined;
            signedThinking?: boolean | undefined;
        };
        NewProvider: {
            /** @enum {string} */
            kind: "anthropic" | "openai" | "google";
            name: string;
            /**
             * Format: uri
             * @default null
             */
            baseUrl?: (string | null) | undefined;
            /** @default null */
            apiKey?: (string | null) | undefined;
            /**
             * @default null
             * @enum {string|null}
             */
            auth?: ("bearer" | "api-key" | "x-api-key" | "x-goog-api-key" | null) | undefined;
            /** @default [] */
            headers?: {
                name: string;
                value: string | null;
                /** @default false */
                secret?: boolean | undefined;
            }[] | undefined;
            dialect?: components["schemas"]["Dialect"] | undefined;
        };
        ProviderChange: {
            name?: string | undefined;
            /** Format: uri */
            baseUrl?: (string | null) | undefined;
            apiKey?: (string | null) | undefined;
            /** @enum {string|null} */
            auth?: ("bearer" | "api-key" | "x-api-key" | "x-goog-api-key" | null) | undefined;
            headers?: {
                name: string;
                value: string | null;
                /** @default false */
                secret?: boolean | undefined;
            }[] | undefined;
            dialect?: components["schemas"]["Dialect"] | undefined;
            enabled?: boolean | undefined;
        };
        OfferedModels: {
            items: {
                name: string;
            }[];
            nextCursor: null;
            error: {
                code: string;
                detail: string;
                vendorSentence: string | null;
            } | null;
        };
        ProviderPresets: {
            items: {
                id: string;
                name: string;
                /** @enum {string} */
                kind: "anthropic" | "openai" | "google";
                baseUrl: string | null;
                /** @enum {string|null} */
                auth: "bearer" | "api-key" | "x-api-key" | "x-goog-api-key" | null;
                needsKey: boolean;
            }[];
            nextCursor: null;
        };
        ProviderTestResult: {
            ok: boolean;
            model: string;
            durationMs: number;
            usage: components["schemas"]["TokenUsage"] | null;
            costMicroUsd: number | null;
            suggestedBaseUrl: string | null;
            error: {
                code: string;
                detail: string;
                vendorSentence: string | null;
            } | null;
        };
        TokenUsage: {
            inputTokens: number;
            cacheReadTokens: number;
            cacheWriteTokens: number;
            outputTokens: number;
            reasoningTokens: number;
        };
        ProviderTest: {
            model?: string | undefined;
        };
        AdminModels: {
            items: components["schemas"]["AdminModel"][];
            nextCursor: null;
        };
        AdminModel: {
            /** Format: uuid */
            id: string;
            /** Format: uuid */
            providerId: string;
            name: string;
            displayName: string;
            contextWindow: number;
            maxOutputTokens: number;
            images: boolean;
            reasoning: boolean;
            prices: components["schemas"]["Prices"];
            priceTiers: {
                aboveInputTokens: number;
                prices: components["schemas"]["Prices"];
            }[];
            priceVersion: string;
            learned: components["schemas"]["LearnedDialect"];
            enabled: boolean;
            version: number;
            /** Format: date-time */
            createdAt: string;
        };
        LearnedDialect: {
            /** @enum {string} */
            outputLimit?: ("max_completion_tokens" | "max_tokens") | undefined;
            includeUsage?: boolean | undefined;
            temperature?: boolean | undefined;
            /** @enum {string} */
            systemRole?: ("system" | "developer" | "user") | undefined;
            /** @enum {string} */
            reasoning?: ("effort" | "openrouter" | "adaptive" | "budget" | "none") | undefined;
            cacheBreakpoints?: boolean | undefined;
            signedThinking?: boolean | undefined;
            maxOutputTokens?: number | undefined;
            contextWindow?: number | undefined;
        };
        NewModel: {
            /** Format: uuid */
            providerId: string;
            name: string;
            displayName?: string | undefined;
            contextWindow?: number | undefined;
            maxOutputTokens?: number | undefined;
            images?: boolean | undefined;
            reasoning?: boolean | undefined;
            prices?: components["schemas"]["Prices"] | undefined;
        };
        ModelChange: {
            displayName?: string | undefined;
            contextWindow?: number | undefined;
            maxOutputTokens?: number | undefined;
            images?: boolean | undefined;
            reasoning?: boolean | undefined;
            prices?: (components["schemas"]["Prices"] | null) | undefined;
            forgetLearned?: boolean | undefined;
            enabled?: boolean | undefined;
        };
        Catalogue: {
            items: components["schemas"]["CatalogueEntry"][];
            nextCursor: null;
        };
        CatalogueEntry: {
            name: string;
            displayName: string;
            contextWindow: number | null;
            maxOutputTokens: number;
            images: boolean;
            reasoning: boolean;
            prices: components["schemas"]["Prices"];
            priceVersion: string;
        };
        AdminUserPage: {
            items: components["schemas"]["AdminUser"][];
            nextCursor: string | null;
        };
        AdminUser: {
            /** Format: uuid */
            id: string;
            name: string;
            email: string;
            /** @enum {string} */
            role: "admin" | "member";
            /** Format: date-time */
            disabledAt: string | null;
            version: number;
            /** Format: date-time */
            createdAt: string;
        };
        CreatedUser: {
            user: components["schemas"]["AdminUser"];
            resetLink: components["schemas"]["ResetLink"];
        };
        ResetLink: {
            /** Format: uri */
            url: string;
            /** Format: date-time */
            expiresAt: string;
        };
        NewUser: {
            name: string;
            /** Format: email */
            email: string;
            /**
             * @default member
             * @enum {string}
             */
            role?: ("admin" | "member") | undefined;
        };
        UserChange: {
            name?: string | undefined;
            /** @enum {string} */
            role?: ("admin" | "member") | undefined;
            disabled?: boolean | undefined;
        };
        AccessOfUser: {
            sessions: components["schemas"]["Session"][];
            apiKeys: components["schemas"]["ApiKey"][];
        };
        WorkspaceSettings: {
            signUpOpen: boolean;
            signUpOpenSet: boolean | null;
            signUpDomains: string[];
            /** Format: uuid */
            defaultModelId: string | null;
            version: number;
        };
        WorkspaceSettingsChange: {
            signUpOpen?: (boolean | null) | undefined;
            signUpDomains?: string[] | undefined;
            /** Format: uuid */
            defaultModelId?: (string | null) | undefined;
        };
        FilePage: {
            items: components["schemas"]["File"][];
            nextCursor: string | null;
        };
        File: {
            /** Format: uuid */
            id: string;
            /** Format: uuid */
            projectId: string;
            name: string;
            /** Format: uuid */
            currentVersionId: string | null;
            newest: components["schemas"]["FileVersion"];
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            deletedAt: string | null;
        };
        FileVersion: {
            /** Format: uuid */
            id: string;
            /** Format: uuid */
            fileId: string;
            fileName: string;
            version: number;
            sha256: string;
            sizeBytes: number;
            mediaType: string;
            /** @enum {string} */
            status: "queued" | "reading" | "ready" | "failed";
            failure: {
                code: string;
                detail: string;
            } | null;
            note: string | null;
            textLength: number | null;
            tokenCount: number | null;
            pageCount: number | null;
            language: string | null;
            /** Format: uuid */
            createdBy: string | null;
            /** Format: date-time */
            createdAt: string;
        };
        UploadResults: {
            items: components["schemas"]["UploadResult"][];
        };
        UploadResult: {
            name: string;
            file: components["schemas"]["UploadedFile"] | null;
            problem: {
                status: number;
                code: string;
                detail: string;
            } | null;
        };
        UploadedFile: components["schemas"]["File"] & {
            /** @enum {string} */
            outcome: "created" | "updated" | "unchanged";
        };
        FileVersionPage: {
            items: components["schemas"]["FileVersion"][];
            nextCursor: string | null;
        };
        FileText: {
            /** Format: uuid */
            fileId: string;
            /** Format: uuid */
            fileVersionId: string;
            fileName: string;
            start: number;
            end: number;
            textLength: number;
            text: string;
            pageStarts: number[];
        };
        ProjectStorage: {
            project: components["schemas"]["StorageUsage"];
            user: components["schemas"]["StorageUsage"];
            deleted: {
                bytes: number;
                files: number;
            };
            purgedAfterDays: number;
            versionsKept: number | null;
        };
        StorageUsage: {
            bytes: {
                used: number;
                limit: number | null;
            };
            files: {
                used: number;
                limit: number | null;
            };
            versions: {
                used: number;
                limit: number | null;
            };
        };
        SearchHits: {
            items: components["schemas"]["SearchHit"][];
        };
        SearchHit: {
            /** Format: uuid */
            fileId: string;
            /** Format: uuid */
            fileVersionId: string;
            fileName: string;
            start: number;
            end: number;
            page: number | null;
            text: string;
            highlights: {
                start: number;
                end: number;
            }[];
            score: number;
        };
        AuditPage: {
            items: components["schemas"]["AuditEntry"][];
            nextCursor: string | null;
        };
        AuditEntry: {
            /** Format: uuid */
            id: string;
            seq: number;
            /** Format: date-time */
            at: string;
            actorKind: string;
            /** Format: uuid */
            actorId: string | null;
            actorName: string | null;
            actorEmail: string | null;
            action: string;
            /** @enum {string} */
            kind: "change" | "refusal" | "read";
            targetKind: string;
            targetId: string | null;
            targetName: string | null;
            targetEmail: string | null;
            /** Format: uuid */
            projectId: string | null;
            detail: {
                [key: string]: unknown;
            };
            requestId: string | null;
            callerRequestId: string | null;
            ip: string | null;
            hash: string;
        };
        ThreadPage: {
            items: components["schemas"]["Thread"][];
            nextCursor: string | null;
        };
        Thread: {
            /** Format: uuid */
            id: string;
            /** Format: uuid */
            projectId: string;
            projectName: string;
            title: string;
            /** @enum {string} */
            visibility: "private" | "project";
            /** Format: uuid */
            ownerId: string;
            ownerName: string;
            /** Format: uuid */
            leafId: string | null;
            /** Format: uuid */
            agentId: string | null;
            /** Format: uuid */
            modelId: string | null;
            /** @enum {string|null} */
            effort: "off" | "low" | "medium" | "high" | null;
            mayWrite: boolean;
            mayManage: boolean;
            version: number;
            /** Format: date-time */
            lastMessageAt: string;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            updatedAt: string;
            /** Format: date-time */
            deletedAt: string | null;
        };
        NewThread: {
            title?: string | undefined;
            /**
             * @default private
             * @enum {string}
             */
            visibility?: ("private" | "project") | undefined;
            /**
             * Format: uuid
             * @default null
             */
            agentId?: (string | null) | undefined;
            /**
             * Format: uuid
             * @default null
             */
            modelId?: (string | null) | undefined;
            /**
             * @default null
             * @enum {string|null}
             */
            effort?: ("off" | "low" | "medium" | "high" | null) | undefined;
        };
        ThreadDetail: components["schemas"]["Thread"] & {
            messages: components["schemas"]["ThreadMessage"][];
            nextCursor: string | null;
        };
        ThreadMessage: components["schemas"]["Message"] & {
            versionIds: string[];
        };
        Message: {
            /** Format: uuid */
            id: string;
            /** Format: uuid */
            threadId: string;
            /** Format: uuid */
            parentId: string | null;
            /** @enum {string} */
            role: "user" | "assistant";
            parts: ({
                /** @enum {string} */
                type: "text";
                text: string;
            } | {
                /** @enum {string} */
                type: "reasoning";
                text: string;
                signature?: string | undefined;
                /** @enum {boolean} */
                redacted?: true | undefined;
            } | {
                /** @enum {string} */
                type: "image";
                /** Format: uuid */
                fileId: string;
            } | {
                /** @enum {string} */
                type: "file";
                /** Format: uuid */
                fileId: string;
            } | {
                /** @enum {string} */
                type: "citation";
                marker: string;
                quote: string;
                /** Format: uuid */
                fileId: string;
                /** Format: uuid */
                fileVersionId: string;
                fileName: string;
                start: number;
                end: number;
                verified: boolean;
            } | {
                /** @enum {string} */
                type: "tool_call";
                id: string;
                name: string;
                input?: unknown | undefined;
            } | {
                /** @enum {string} */
                type: "tool_result";
                id: string;
                output?: unknown | undefined;
            })[];
            /** @enum {string} */
            status: "running" | "complete" | "stopped" | "interrupted" | "failed";
            error: {
                code: string;
                detail: string;
            } | null;
            /** Format: uuid */
            generationId: string | null;
            /** Format: uuid */
            modelId: string | null;
            modelName: string | null;
            /** Format: uuid */
            agentId: string | null;
            authorName: string | null;
            usage: components["schemas"]["TokenUsage"] | null;
            costMicroUsd: number | null;
            /** Format: date-time */
            createdAt: string;
        };
        MessagePage: {
            items: components["schemas"]["ThreadMessage"][];
            nextCursor: string | null;
        };
        ThreadChange: {
            title?: string | undefined;
            /** @enum {string} */
            visibility?: ("private" | "project") | undefined;
            /** Format: uuid */
            agentId?: (string | null) | undefined;
            /** Format: uuid */
            modelId?: (string | null) | undefined;
            /** @enum {string|null} */
            effort?: ("off" | "low" | "medium" | "high" | null) | undefined;
        };
        LeafChoice: {
            /** Format: uuid */
            messageId: string;
        };
        StartedAnswer: {
            userMessage: components["schemas"]["Message"];
            assistantMessage: components["schemas"]["Message"];
            /** Format: uuid */
            generationId: string;
        };
        NewMessage: {
            /**
             * Format: uuid
             * @default null
             */
            parentId?: (string | null) | undefined;
            text: string;
            /** Format: uuid */
            agentId?: (string | null) | undefined;
            /** Format: uuid */
            modelId?: (string | null) | undefined;
            /** @enum {string|null} */
            effort?: ("off" | "low" | "medium" | "high" | null) | undefined;
        };
        Regeneration: {
            /** Format: uuid */
            modelId?: (string | null) | undefined;
        };
        Generation: {
            /** Format: uuid */
            id: string;
            /** Format: uuid */
            threadId: string;
            /** Format: uuid */
            messageId: string;
            /** @enum {string} */
            status: "running" | "complete" | "stopped" | "interrupted" | "failed";
            manifest: components["schemas"]["ContextManifest"];
            usage: components["schemas"]["TokenUsage"] | null;
            costMicroUsd: number | null;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            endedAt: string | null;
        };
        ContextManifest: {
            model: string;
            contextWindow: number;
            maxOutputTokens: number;
            items: {
                /** @enum {string} */
                kind: "instructions" | "agent" | "file" | "passage" | "message";
                title: string;
                tokens?: number | undefined;
                included: boolean;
                reason?: string | undefined;
                count?: number | undefined;
                label?: string | undefined;
                /** Format: uuid */
                messageId?: string | undefined;
                /** Format: uuid */
                fileId?: string | undefined;
                /** Format: uuid */
                fileVersionId?: string | undefined;
                start?: number | undefined;
                end?: number | undefined;
            }[];
        };
        UsageReport: {
            totals: components["schemas"]["UsageTotals"];
            byModel: {
                provider: string;
                model: string;
                displayName: string;
                calls: number;
                costMicroUsd: number;
                usage: components["schemas"]["TokenUsage"];
            }[];
            byDay: {
                /** Format: date */
                day: string;
                calls: number;
                costMicroUsd: number;
                usage: components["schemas"]["TokenUsage"];
            }[];
        };
        UsageTotals: {
            calls: number;
            costMicroUsd: number;
            usage: components["schemas"]["TokenUsage"];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type Problem = components['schemas']['Problem'];
export type SetupState = components['schemas']['SetupState'];
export type Me = components['schemas']['Me'];
export type SetupInput = components['schemas']['SetupInput'];
export type AccountInput = components['schemas']['AccountInput'];
export type PasswordJudgement = components['schemas']['PasswordJudgement'];
export type PasswordCheck = components['schemas']['PasswordCheck'];
export type SignedInUser = components['schemas']['SignedInUser'];
export type SignInInput = components['schemas']['SignInInput'];
export type PasswordReset = components['schemas']['PasswordReset'];
export type MeChange = components['schemas']['MeChange'];
export type PasswordChange = components['schemas']['PasswordChange'];
export type PasswordConfirmation = components['schemas']['PasswordConfirmation'];
export type Session = components['schemas']['Session'];
export type ApiKeyList = components['schemas']['ApiKeyList'];
export type ApiKey = components['schemas']['ApiKey'];
export type CreatedApiKey = components['schemas']['CreatedApiKey'];
export type NewApiKey = components['schemas']['NewApiKey'];
export type ApiKeyRotation = components['schemas']['ApiKeyRotation'];
export type ProjectPage = components['schemas']['ProjectPage'];
export type Project = components['schemas']['Project'];
export type NewProject = components['schemas']['NewProject'];
export type ProjectChange = components['schemas']['ProjectChange'];
export type MemberList = components['schemas']['MemberList'];
export type Member = components['schemas']['Member'];
export type NewMember = components['schemas']['NewMember'];
export type MemberChange = components['schemas']['MemberChange'];
export type AgentList = components['schemas']['AgentList'];
export type Agent = components['schemas']['Agent'];
export type NewAgent = components['schemas']['NewAgent'];
export type AgentChange = components['schemas']['AgentChange'];
export type ModelChoices = components['schemas']['ModelChoices'];
export type ModelChoice = components['schemas']['ModelChoice'];
export type Prices = components['schemas']['Prices'];
export type AdminProviders = components['schemas']['AdminProviders'];
export type AdminProvider = components['schemas']['AdminProvider'];
export type Dialect = components['schemas']['Dialect'];
export type NewProvider = components['schemas']['NewProvider'];
export type ProviderChange = components['schemas']['ProviderChange'];
export type OfferedModels = components['schemas']['OfferedModels'];
export type ProviderPresets = components['schemas']['ProviderPresets'];
export type ProviderTestResult = components['schemas']['ProviderTestResult'];
export type TokenUsage = components['schemas']['TokenUsage'];
export type ProviderTest = components['schemas']['ProviderTest'];
export type AdminModels = components['schemas']['AdminModels'];
export type AdminModel = components['schemas']['AdminModel'];
export type LearnedDialect = components['schemas']['LearnedDialect'];
export type NewModel = components['schemas']['NewModel'];
export type ModelChange = components['schemas']['ModelChange'];
export type Catalogue = components['schemas']['Catalogue'];
export type CatalogueEntry = components['schemas']['CatalogueEntry'];
export type AdminUserPage = components['schemas']['AdminUserPage'];
export type AdminUser = components['schemas']['AdminUser'];
export type CreatedUser = components['schemas']['CreatedUser'];
export type ResetLink = components['schemas']['ResetLink'];
export type NewUser = components['schemas']['NewUser'];
export type UserChange = components['schemas']['UserChange'];
export type AccessOfUser = components['schemas']['AccessOfUser'];
export type WorkspaceSettings = components['schemas']['WorkspaceSettings'];
export type WorkspaceSettingsChange = components['schemas']['WorkspaceSettingsChange'];
export type FilePage = components['schemas']['FilePage'];
export type File = components['schemas']['File'];
export type FileVersion = components['schemas']['FileVersion'];
export type UploadResults = components['schemas']['UploadResults'];
export type UploadResult = components['schemas']['UploadResult'];
export type UploadedFile = components['schemas']['UploadedFile'];
export type FileVersionPage = components['schemas']['FileVersionPage'];
export type FileText = components['schemas']['FileText'];
export type ProjectStorage = components['schemas']['ProjectStorage'];
export type StorageUsage = components['schemas']['StorageUsage'];
export type SearchHits = components['schemas']['SearchHits'];
export type SearchHit = components['schemas']['SearchHit'];
export type AuditPage = components['schemas']['AuditPage'];
export type AuditEntry = components['schemas']['AuditEntry'];
export type ThreadPage = components['schemas']['ThreadPage'];
export type Thread = components['schemas']['Thread'];
export type NewThread = components['schemas']['NewThread'];
export type ThreadDetail = components['schemas']['ThreadDetail'];
export type ThreadMessage = components['schemas']['ThreadMessage'];
export type Message = components['schemas']['Message'];
export type MessagePage = components['schemas']['MessagePage'];
export type ThreadChange = components['schemas']['ThreadChange'];
export type LeafChoice = components['schemas']['LeafChoice'];
export type StartedAnswer = components['schemas']['StartedAnswer'];
export type NewMessage = components['schemas']['NewMessage'];
export type Regeneration = components['schemas']['Regeneration'];
export type Generation = components['schemas']['Generation'];
export type ContextManifest = components['schemas']['ContextManifest'];
export type UsageReport = components['schemas']['UsageReport'];
export type UsageTotals = components['schemas']['UsageTotals'];
export type $defs = Record<string, never>;
export interface operations {
    get_setup: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description State */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SetupState"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_setup: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetupInput"];
            };
        };
        responses: {
            /** @description The account; the session is in the cookie */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_auth_sign_up: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AccountInput"];
            };
        };
        responses: {
            /** @description The account; the session is in the cookie */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_auth_password_check: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordCheck"];
            };
        };
        responses: {
            /** @description The rating */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasswordJudgement"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_auth_sign_in: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignInInput"];
            };
        };
        responses: {
            /** @description The session is in the cookie */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignedInUser"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_auth_sign_out: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_auth_password_reset: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordReset"];
            };
        };
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The user */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patch_me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MeChange"];
            };
        };
        responses: {
            /** @description The user */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_me_password: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordChange"];
            };
        };
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_me_confirm_password: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordConfirmation"];
            };
        };
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_me_sessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Sessions */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Session"][];
                        nextCursor: null;
                    };
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_me_sessions_sessionId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                sessionId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_me_api_keys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Keys, without their secrets */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKeyList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_me_api_keys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewApiKey"];
            };
        };
        responses: {
            /** @description The key, shown once */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedApiKey"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_me_api_keys_keyId_rotate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                keyId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ApiKeyRotation"];
            };
        };
        responses: {
            /** @description The key, shown once */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedApiKey"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_me_api_keys_keyId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                keyId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Revoked */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_projects: {
        parameters: {
            query?: {
                limit?: number | undefined;
                cursor?: string | undefined;
                archived?: boolean | undefined;
                deleted?: boolean | undefined;
            } | undefined;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of projects */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProjectPage"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_projects: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewProject"];
            };
        };
        responses: {
            /** @description The project */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_projects_projectId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                projectId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The project */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_projects_projectId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                projectId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The deleted project */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patch_projects_projectId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                projectId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProjectChange"];
            };
        };
        responses: {
            /** @description The project */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_projects_projectId_restore: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                projectId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The project */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    put_projects_projectId_archive: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                projectId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The project */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_projects_projectId_archive: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                projectId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The project */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_projects_projectId_members: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                projectId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Members */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_projects_projectId_members: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                projectId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewMember"];
            };
        };
        responses: {
            /** @description The member */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Member"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_projects_projectId_members_principalId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                projectId: string;
                principalId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patch_projects_projectId_members_principalId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                projectId: string;
                principalId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MemberChange"];
            };
        };
        responses: {
            /** @description The member */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Member"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_agents: {
        parameters: {
            query?: {
                deleted?: boolean | undefined;
            } | undefined;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Agents by name */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_agents: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewAgent"];
            };
        };
        responses: {
            /** @description The agent */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Agent"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_projects_projectId_agents: {
        parameters: {
            query?: {
                deleted?: boolean | undefined;
            } | undefined;
            header?: never;
            path: {
                projectId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Agents by name */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_projects_projectId_agents: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                projectId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewAgent"];
            };
        };
        responses: {
            /** @description The agent */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Agent"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_agents_agentId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                agentId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The agent */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Agent"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_agents_agentId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                agentId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patch_agents_agentId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                agentId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AgentChange"];
            };
        };
        responses: {
            /** @description The agent */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Agent"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_agents_agentId_restore: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                agentId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The agent */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Agent"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_models: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Models, oldest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelChoices"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_admin_providers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Providers, oldest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdminProviders"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_admin_providers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewProvider"];
            };
        };
        responses: {
            /** @description The provider */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdminProvider"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_admin_providers_providerId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                providerId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The provider */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdminProvider"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_admin_providers_providerId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                providerId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patch_admin_providers_providerId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                providerId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProviderChange"];
            };
        };
        responses: {
            /** @description The provider */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdminProvider"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_admin_providers_providerId_models: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                providerId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The list, or the provider's error */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OfferedModels"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_admin_provider_presets: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Presets, in the order to offer them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProviderPresets"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_admin_providers_providerId_test: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                providerId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProviderTest"];
            };
        };
        responses: {
            /** @description The result */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProviderTestResult"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_admin_models: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Models, oldest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdminModels"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_admin_models: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewModel"];
            };
        };
        responses: {
            /** @description The model */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdminModel"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_admin_models_modelId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                modelId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The model */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdminModel"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_admin_models_modelId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                modelId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patch_admin_models_modelId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                modelId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ModelChange"];
            };
        };
        responses: {
            /** @description The model */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdminModel"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_admin_catalogue: {
        parameters: {
            query: {
                kind: "anthropic" | "openai" | "google";
                baseUrl?: string | undefined;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Models by name; none for an unknown address */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Catalogue"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_admin_users: {
        parameters: {
            query?: {
                limit?: number | undefined;
                cursor?: string | undefined;
                search?: string | undefined;
            } | undefined;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of users */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdminUserPage"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_admin_users: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewUser"];
            };
        };
        responses: {
            /** @description The user and the link */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedUser"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_admin_users_userId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                userId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The user */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdminUser"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patch_admin_users_userId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                userId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UserChange"];
            };
        };
        responses: {
            /** @description The user */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdminUser"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_admin_users_userId_password_reset_link: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                userId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The link, shown once */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ResetLink"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_admin_users_userId_access: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                userId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Sessions and keys, without their secrets */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccessOfUser"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_admin_users_userId_access: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                userId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Revoked */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_admin_users_userId_sessions_sessionId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                userId: string;
                sessionId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Revoked */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_admin_users_userId_api_keys_keyId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                userId: string;
                keyId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Revoked */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_admin_settings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Settings */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkspaceSettings"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patch_admin_settings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WorkspaceSettingsChange"];
            };
        };
        responses: {
            /** @description Settings */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkspaceSettings"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_projects_projectId_files: {
        parameters: {
            query?: {
                limit?: number | undefined;
                cursor?: string | undefined;
                deleted?: boolean | undefined;
            } | undefined;
            header?: never;
            path: {
                projectId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of files */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FilePage"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_projects_projectId_files: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                projectId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": {
                    files?: string[] | undefined;
                };
            };
        };
        responses: {
            /** @description The result for each file, in order */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadResults"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    put_projects_projectId_files_name: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                projectId: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": string;
            };
        };
        responses: {
            /** @description A new version, or the same bytes as before */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadedFile"];
                };
            };
            /** @description A new file */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadedFile"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_projects_projectId_files_fileId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                projectId: string;
                fileId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["File"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_projects_projectId_files_fileId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                projectId: string;
                fileId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_projects_projectId_files_fileId_restore: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                projectId: string;
                fileId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["File"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_projects_projectId_files_fileId_retry: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                projectId: string;
                fileId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["File"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_projects_projectId_files_fileId_versions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                projectId: string;
                fileId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The versions */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FileVersionPage"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_projects_projectId_file_versions_versionId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                projectId: string;
                versionId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The version */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FileVersion"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_projects_projectId_file_versions_versionId_text: {
        parameters: {
            query?: {
                start?: (number | null) | undefined;
                end?: (number | null) | undefined;
            } | undefined;
            header?: never;
            path: {
                projectId: string;
                versionId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The text */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FileText"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_projects_projectId_file_versions_versionId_content: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                projectId: string;
                versionId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The bytes */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": unknown;
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_projects_projectId_storage: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                projectId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Usage and limits */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProjectStorage"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_projects_projectId_search: {
        parameters: {
            query: {
                q: string;
                limit?: number | undefined;
            };
            header?: never;
            path: {
                projectId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ranked passages */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SearchHits"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_admin_audit: {
        parameters: {
            query?: {
                limit?: number | undefined;
                cursor?: string | undefined;
                kind?: ("change" | "refusal" | "read") | undefined;
                action?: ("user.signed_up" | "user.signed_in" | "user.signed_out" | "user.updated" | "user.password_changed" | "user.password_reset" | "user.password_reset_link_created" | "user.created" | "user.access_revoked" | "session.revoked" | "session.confirmed" | "api_key.created" | "api_key.rotated" | "api_key.revoked" | "project.created" | "project.updated" | "project.archived" | "project.unarchived" | "project.deleted" | "project.restored" | "project.purged" | "member.added" | "member.role_changed" | "member.removed" | "file.uploaded" | "file.deleted" | "file.restored" | "file.retried" | "agent.created" | "agent.updated" | "agent.deleted" | "agent.restored" | "thread.created" | "thread.updated" | "thread.leaf_selected" | "thread.deleted" | "thread.restored" | "message.sent" | "message.regenerated" | "generation.stopped" | "provider.created" | "provider.updated" | "provider.deleted" | "provider.tested" | "provider.refused" | "provider.keys_resealed" | "model.created" | "model.updated" | "model.deleted" | "model.underestimated" | "settings.updated" | "audit.chain_keyed" | "auth.failed" | "auth.throttled" | "access.denied" | "admin.read" | "file.downloaded") | undefined;
                actorId?: string | undefined;
                projectId?: string | undefined;
                targetId?: string | undefined;
                since?: string | undefined;
                until?: string | undefined;
            } | undefined;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the log */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditPage"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_threads: {
        parameters: {
            query?: {
                limit?: number | undefined;
                cursor?: string | undefined;
                deleted?: boolean | undefined;
            } | undefined;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of threads */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ThreadPage"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_projects_projectId_threads: {
        parameters: {
            query?: {
                limit?: number | undefined;
                cursor?: string | undefined;
                deleted?: boolean | undefined;
            } | undefined;
            header?: never;
            path: {
                projectId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of threads */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ThreadPage"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_projects_projectId_threads: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                projectId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewThread"];
            };
        };
        responses: {
            /** @description The thread */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Thread"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_threads_threadId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                threadId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The thread */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ThreadDetail"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_threads_threadId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                threadId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patch_threads_threadId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                threadId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ThreadChange"];
            };
        };
        responses: {
            /** @description The thread */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Thread"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_threads_threadId_messages: {
        parameters: {
            query?: {
                limit?: number | undefined;
                cursor?: string | undefined;
                /** @description Read the branch through this message to its newest end, not the branch shown */
                through?: string | undefined;
            } | undefined;
            header?: never;
            path: {
                threadId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of messages */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessagePage"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_threads_threadId_messages: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                threadId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewMessage"];
            };
        };
        responses: {
            /** @description The question and the answer that is being written */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StartedAnswer"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    put_threads_threadId_leaf: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                threadId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LeafChoice"];
            };
        };
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_threads_threadId_restore: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                threadId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The thread */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Thread"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_messages_messageId_regenerate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                messageId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Regeneration"];
            };
        };
        responses: {
            /** @description The question and the answer that is being written */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StartedAnswer"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_generations_generationId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                generationId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The generation */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Generation"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_generations_generationId_stop: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                generationId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Stop requested; the event stream reports when the answer has ended */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_generations_generationId_events: {
        parameters: {
            query?: {
                after?: (number | null) | undefined;
            } | undefined;
            header?: {
                "last-event-id"?: (number | null) | undefined;
            } | undefined;
            path: {
                generationId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description An event stream */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_projects_projectId_usage: {
        parameters: {
            query?: {
                days?: number | undefined;
            } | undefined;
            header?: never;
            path: {
                projectId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Totals, by model and by day */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UsageReport"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_me_usage: {
        parameters: {
            query?: {
                days?: number | undefined;
            } | undefined;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Totals, by model and by day */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UsageReport"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
