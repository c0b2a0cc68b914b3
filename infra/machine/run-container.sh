#!/bin/bash
# run-container NAME web|owner [COMMAND...]: the service's image with its settings, in the foreground. `owner` also gets the address of
# the role that owns the tables, which migrations and backups need.
set -euo pipefail
source /etc/onboarding/machine.env

name=$1 role=$2
shift 2
options=(--rm --init --name "onboarding-$name" --log-driver none)
options+=(--network host) # so that only what runs on the machine itself reaches the role's credentials and port 3000
options+=(--read-only --tmpfs /tmp:size=256m,mode=1777 --cap-drop ALL --security-opt no-new-privileges)
options+=(--memory 1536m) # the service and its decoder 600 MiB, the face checker 600
options+=(--env-file /etc/onboarding/service.env)
options+=(--volume /etc/onboarding/database-ca.pem:/run/database-ca.pem:ro --volume /run/onboarding/web:/run/web-secrets:ro)
options+=(--volume /var/lib/onboarding/data:/data --volume /var/lib/onboarding/uploads:/uploads)
if [ "$role" = owner ]; then
  options+=(--volume /run/onboarding/owner:/run/owner-secrets:ro)
  options+=(--env MIGRATION_DATABASE_URL_FILE=/run/owner-secrets/migration-database-url)
fi
if [ -t 0 ]; then options+=(--interactive --tty); fi
exec docker run "${options[@]}" "$SERVICE_IMAGE" "$@"
