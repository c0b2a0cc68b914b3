#!/bin/bash
# Puts the secrets where the containers read them: files in memory, for the service's user alone. Run before each start.
# No value stands in a command line, in the environment or in the log.
set -euo pipefail
source "${MACHINE_ENV:-/etc/onboarding/machine.env}"
umask 077

into=${SECRETS_DIR:-/run/onboarding}
user=${SECRETS_USER:-1000}

secret() { aws secretsmanager get-secret-value --region "$AWS_REGION" --secret-id "$1" --query SecretString --output text; }
# put FOLDER NAME: keeps its input, whole or not at all.
put() {
  local path=$into/$1/$2
  cat > "$path.new"
  if [ ! -s "$path.new" ]; then
    echo "the secret $2 is empty" >&2
    return 1
  fi
  chmod 0400 "$path.new"
  chown "$user" "$path.new"
  mv "$path.new" "$path"
}
# address ROLE PASSWORD: as the service wants it. The password has letters and digits only.
address() { printf 'postgres://%s:%s@%s:%s/%s' "$1" "$2" "$DATABASE_HOST" "$DATABASE_PORT" "$DATABASE"; }

mkdir -p "$into/web" "$into/owner"
chmod 0711 "$into"
chmod 0700 "$into/web" "$into/owner"

app=$(secret "$APP_PASSWORD_ARN")
owner=$(secret "$OWNER_PASSWORD_ARN")
address onboarding_app "$app" | put web database-url
address onboarding_owner "$owner" | put owner migration-database-url
secret "$SESSION_SECRET_ARN" | put web session-secret
secret "$BACKUP_KEY_ARN" | put web backup-key
secret "$METRICS_TOKEN_ARN" | put web metrics-token
secret "$ADMIN_PASSWORD_ARN" | put web admin-password

chmod 0500 "$into/web" "$into/owner"
chown "$user" "$into/web" "$into/owner"
