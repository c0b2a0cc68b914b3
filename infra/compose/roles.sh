#!/bin/sh
# Run once by PostgreSQL's image on an empty volume: the role that owns the tables, the app's role, and the database.
psql --quiet --no-psqlrc --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --set=owner_password="$(cat /run/database-secrets/owner-password)" \
    --set=app_password="$(cat /run/database-secrets/app-password)" <<'SQL'
create role onboarding_owner login password :'owner_password';
create role onboarding_app login password :'app_password';
create database onboarding owner onboarding_owner template template0 encoding 'UTF8';
revoke all on database onboarding from public;
grant connect on database onboarding to onboarding_app;
SQL
