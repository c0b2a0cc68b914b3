#!/bin/bash
# onboarding COMMAND...: the service's commands on this machine, for example `sudo onboarding doctor`.
set -euo pipefail
exec /usr/local/lib/onboarding/run-container "cli-$$" owner node src/cli.ts "$@"
