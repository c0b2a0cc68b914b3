#!/bin/sh
# infra/host/roll.sh PORT PORT ...: starts the instances of the service on this host anew, one after the other, without an outage.
# One is stopped only while all the others are ready. RESTART is the command for one, with its port behind it. Exit 0: done; 1: it
# was not done, and says how far it came; 2: the call makes no sense.
set -eu

RESTART=${RESTART:-systemctl restart onboarding@} # waits until the old process has ended
PATIENCE=${PATIENCE:-120}                         # seconds that an instance may take until it is ready

say() { echo "roll: $*"; }
is_ready() { curl --silent --fail --max-time 5 --output /dev/null "http://127.0.0.1:$1/readyz"; }
wait_ready() {
    waited=0
    until is_ready "$1"; do
        if [ "$waited" -ge "$PATIENCE" ]; then return 1; fi
        sleep 1
        waited=$((waited + 1))
    done
}

if [ "$#" -lt 2 ]; then
    echo 'usage: infra/host/roll.sh PORT PORT ... (two instances at least: one serves while the other starts)' >&2
    exit 2
fi
for port in "$@"; do
    for other in "$@"; do
        if [ "$other" != "$port" ] && ! wait_ready "$other"; then
            say "the instance on $other is not ready: the one on $port is not stopped"
            exit 1
        fi
    done
    say "restarts the instance on $port"
    $RESTART"$port"
    if ! wait_ready "$port"; then
        say "the instance on $port was not ready within $PATIENCE s: the others go on as they are"
        exit 1
    fi
done
say 'done'
