-- Creates or updates roles and database; running it again changes nothing but passwords. `atelier` owns
-- everything and cannot log in; the migrate Job acts as it. `atelier_app` owns nothing: that Job grants its
-- privileges on each table (src/platform/db/app-role.ts). Each has two login roles, so that the password is changed
-- on the one not in use, and both work while pods are replaced.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
\getenv password_a ATELIER_A_PASSWORD
\getenv password_b ATELIER_B_PASSWORD
\getenv password_app_a ATELIER_APP_A_PASSWORD
\getenv password_app_b ATELIER_APP_B_PASSWORD
\getenv password_backup BACKUP_PASSWORD
\getenv password_monitor MONITOR_PASSWORD

SELECT format('CREATE ROLE %I %s', name, login)
FROM (VALUES ('atelier', 'NOLOGIN'), ('atelier_a', 'LOGIN'), ('atelier_b', 'LOGIN'),
             ('atelier_app', 'NOLOGIN'), ('atelier_app_a', 'LOGIN'), ('atelier_app_b', 'LOGIN'),
             ('atelier_backup', 'LOGIN'), ('atelier_monitor', 'LOGIN')) AS wanted (name, login)
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec

ALTER ROLE atelier_a PASSWORD :'password_a';
ALTER ROLE atelier_b PASSWORD :'password_b';
ALTER ROLE atelier_app_a PASSWORD :'password_app_a';
ALTER ROLE atelier_app_b PASSWORD :'password_app_b';
ALTER ROLE atelier_backup PASSWORD :'password_backup';
ALTER ROLE atelier_monitor PASSWORD :'password_monitor' CONNECTION LIMIT 4;
GRANT atelier TO atelier_a, atelier_b;
ALTER ROLE atelier_a SET role TO atelier;
ALTER ROLE atelier_b SET role TO atelier;
GRANT atelier_app TO atelier_app_a, atelier_app_b;
GRANT pg_read_all_data TO atelier_backup;
GRANT pg_monitor TO atelier_monitor;

SELECT 'CREATE DATABASE atelier OWNER atelier'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'atelier')
\gexec
REVOKE ALL ON DATABASE atelier FROM PUBLIC;
GRANT CONNECT, TEMPORARY, CREATE ON DATABASE atelier TO atelier, atelier_a, atelier_b;
GRANT CONNECT ON DATABASE atelier TO atelier_app, atelier_backup, atelier_monitor;
