#!/bin/bash
# Makes the owner's role and the service's role, as the master, or gives them the passwords of today. May be run again.
set -euo pipefail
source /etc/onboarding/machine.env

if [ "$DATABASE_ROLES" != make ]; then exit 0; fi

secret() { aws secretsmanager get-secret-value --region "$AWS_REGION" --secret-id "$1" --query SecretString --output text; }
master=$(secret "$MASTER_ARN")
owner=$(secret "$OWNER_PASSWORD_ARN")
app=$(secret "$APP_PASSWORD_ARN")

# Passwords go by the environment of psql alone.
PGUSER=$(jq -r .username <<< "$master") PGPASSWORD=$(jq -r .password <<< "$master") \
  PGOPTIONS="-c onboarding.owner_password=$owner -c onboarding.app_password=$app" \
  PGHOST=$DATABASE_HOST PGPORT=$DATABASE_PORT PGDATABASE=$DATABASE \
  PGSSLMODE=verify-full PGSSLROOTCERT=/etc/onboarding/database-ca.pem \
  psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --file=/usr/local/lib/onboarding/make-database-roles.sql
