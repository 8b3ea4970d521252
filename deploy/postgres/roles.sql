-- The statements of `run.py sql-roles` for psql, as a superuser. Passwords are read where services read them
-- below PGPASS_FOLDER (docs/deploy.md). tests/deploy/test_compose.py prints this file.
\set huiyin_collector_owner `sed -n 's/^.*:huiyin_collector_owner://p' "${PGPASS_FOLDER:-/run/secrets}/owners.pgpass"`
\set huiyin_collector_app `sed -n 's/^.*:huiyin_collector_app://p' "${PGPASS_FOLDER:-/run/secrets}/collector.pgpass"`
\set huiyin_collector_carrier `sed -n 's/^.*:huiyin_collector_carrier://p' "${PGPASS_FOLDER:-/run/secrets}/collector.pgpass"`
\set huiyin_classifier_owner `sed -n 's/^.*:huiyin_classifier_owner://p' "${PGPASS_FOLDER:-/run/secrets}/owners.pgpass"`
\set huiyin_classifier_app `sed -n 's/^.*:huiyin_classifier_app://p' "${PGPASS_FOLDER:-/run/secrets}/classifier.pgpass"`
\set huiyin_classifier_carrier `sed -n 's/^.*:huiyin_classifier_carrier://p' "${PGPASS_FOLDER:-/run/secrets}/classifier.pgpass"`
\set huiyin_tracker_owner `sed -n 's/^.*:huiyin_tracker_owner://p' "${PGPASS_FOLDER:-/run/secrets}/owners.pgpass"`
\set huiyin_tracker_app `sed -n 's/^.*:huiyin_tracker_app://p' "${PGPASS_FOLDER:-/run/secrets}/tracker.pgpass"`
\set huiyin_tracker_carrier `sed -n 's/^.*:huiyin_tracker_carrier://p' "${PGPASS_FOLDER:-/run/secrets}/tracker.pgpass"`
DO $$ BEGIN CREATE ROLE "huiyin_collector_owner" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
ALTER ROLE "huiyin_collector_owner" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION PASSWORD :'huiyin_collector_owner';
ALTER ROLE "huiyin_collector_owner" SET idle_in_transaction_session_timeout = '60s';
DO $$ BEGIN CREATE ROLE "huiyin_collector_app" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
ALTER ROLE "huiyin_collector_app" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION PASSWORD :'huiyin_collector_app';
ALTER ROLE "huiyin_collector_app" SET statement_timeout = '30s';
ALTER ROLE "huiyin_collector_app" SET lock_timeout = '5s';
ALTER ROLE "huiyin_collector_app" SET idle_in_transaction_session_timeout = '60s';
DO $$ BEGIN CREATE ROLE "huiyin_collector_carrier" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
ALTER ROLE "huiyin_collector_carrier" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION PASSWORD :'huiyin_collector_carrier';
ALTER ROLE "huiyin_collector_carrier" SET statement_timeout = '120s';
ALTER ROLE "huiyin_collector_carrier" SET idle_in_transaction_session_timeout = '60s';
CREATE DATABASE "huiyin_collector" OWNER "huiyin_collector_owner" TEMPLATE template0;
REVOKE ALL ON DATABASE "huiyin_collector" FROM PUBLIC;
GRANT CONNECT ON DATABASE "huiyin_collector" TO "huiyin_collector_app", "huiyin_collector_carrier";
DO $$ BEGIN CREATE ROLE "huiyin_classifier_owner" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
ALTER ROLE "huiyin_classifier_owner" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION PASSWORD :'huiyin_classifier_owner';
ALTER ROLE "huiyin_classifier_owner" SET idle_in_transaction_session_timeout = '60s';
DO $$ BEGIN CREATE ROLE "huiyin_classifier_app" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
ALTER ROLE "huiyin_classifier_app" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION PASSWORD :'huiyin_classifier_app';
ALTER ROLE "huiyin_classifier_app" SET statement_timeout = '30s';
ALTER ROLE "huiyin_classifier_app" SET lock_timeout = '5s';
ALTER ROLE "huiyin_classifier_app" SET idle_in_transaction_session_timeout = '60s';
DO $$ BEGIN CREATE ROLE "huiyin_classifier_carrier" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
ALTER ROLE "huiyin_classifier_carrier" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION PASSWORD :'huiyin_classifier_carrier';
ALTER ROLE "huiyin_classifier_carrier" SET statement_timeout = '120s';
ALTER ROLE "huiyin_classifier_carrier" SET idle_in_transaction_session_timeout = '60s';
CREATE DATABASE "huiyin_classifier" OWNER "huiyin_classifier_owner" TEMPLATE template0;
REVOKE ALL ON DATABASE "huiyin_classifier" FROM PUBLIC;
GRANT CONNECT ON DATABASE "huiyin_classifier" TO "huiyin_classifier_app", "huiyin_classifier_carrier";
DO $$ BEGIN CREATE ROLE "huiyin_tracker_owner" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
ALTER ROLE "huiyin_tracker_owner" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION PASSWORD :'huiyin_tracker_owner';
ALTER ROLE "huiyin_tracker_owner" SET idle_in_transaction_session_timeout = '60s';
DO $$ BEGIN CREATE ROLE "huiyin_tracker_app" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
ALTER ROLE "huiyin_tracker_app" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION PASSWORD :'huiyin_tracker_app';
ALTER ROLE "huiyin_tracker_app" SET statement_timeout = '30s';
ALTER ROLE "huiyin_tracker_app" SET lock_timeout = '5s';
ALTER ROLE "huiyin_tracker_app" SET idle_in_transaction_session_timeout = '60s';
DO $$ BEGIN CREATE ROLE "huiyin_tracker_carrier" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
ALTER ROLE "huiyin_tracker_carrier" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION PASSWORD :'huiyin_tracker_carrier';
ALTER ROLE "huiyin_tracker_carrier" SET statement_timeout = '120s';
ALTER ROLE "huiyin_tracker_carrier" SET idle_in_transaction_session_timeout = '60s';
CREATE DATABASE "huiyin_tracker" OWNER "huiyin_tracker_owner" TEMPLATE template0;
REVOKE ALL ON DATABASE "huiyin_tracker" FROM PUBLIC;
GRANT CONNECT ON DATABASE "huiyin_tracker" TO "huiyin_tracker_app", "huiyin_tracker_carrier";

-- On a server that serves nobody else; on another one, others may need this right:
-- REVOKE ALL ON DATABASE "postgres" FROM PUBLIC;
-- REVOKE ALL ON DATABASE "template1" FROM PUBLIC;

-- As a superuser, inside each database; leave it out where nobody is one:
\connect huiyin_collector
REVOKE EXECUTE ON FUNCTION lo_creat(integer), lo_create(oid), lo_from_bytea(oid, bytea) FROM PUBLIC;
\connect huiyin_classifier
REVOKE EXECUTE ON FUNCTION lo_creat(integer), lo_create(oid), lo_from_bytea(oid, bytea) FROM PUBLIC;
\connect huiyin_tracker
REVOKE EXECUTE ON FUNCTION lo_creat(integer), lo_create(oid), lo_from_bytea(oid, bytea) FROM PUBLIC;
