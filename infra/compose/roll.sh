#!/bin/sh
# infra/compose/roll.sh: brings a running stack to the version in this folder (or to VERSION) without an outage.
# For each instance of `web` a new one is started beside them, and the old one is stopped when all others are ready. A new one that
# does not get ready is removed again. Run it where `docker compose ps` shows the stack: docker-compose.yml and
# .env, with COMPOSE_FILE in it for production. Exit 0: done; 1: it was not done, and says how far it came.
set -eu

GRACE=45 # seconds, above the 30 that the service takes at most to end
FORGET=6   # seconds until nginx has forgotten an address: `valid=5s` in setup.sh
PATIENCE=${PATIENCE:-180} # seconds that a new instance may take until it is ready

say() { echo "roll: $*"; }
is_ready() { [ "$(docker inspect --format '{{.State.Health.Status}}' "$1" 2>/dev/null)" = healthy ]; }
# others LIST SOME: the list without them.
others() { for one in $1; do case "$2" in *"$one"*) ;; *) echo "$one" ;; esac; done; }
all_ready() { for one in $1; do is_ready "$one" || return 1; done; }
wait_ready() {
    waited=0
    until all_ready "$1"; do
        if [ "$waited" -ge "$PATIENCE" ]; then return 1; fi
        sleep 1
        waited=$((waited + 1))
    done
}

if [ "${BUILD:-yes}" = yes ]; then
    # With the patches of the day. PULL=no takes the images that are there, where there is no network.
    if [ "${PULL:-yes}" = yes ]; then docker compose build --pull; else docker compose build; fi
fi
old=$(docker compose ps --quiet web)
count=$(echo "$old" | grep -c . || true)
if [ "$count" = 0 ]; then
    say 'no instance of web runs: start the stack with `docker compose up --wait`'
    exit 1
fi
before=$old

# Only what adds: the old version works on the new schema (CONTRIBUTING.md, 'Migrations').
# --no-deps: else a changed line of the database's would start it anew in the middle of the roll.
docker compose run --rm --no-deps setup
docker compose run --rm --no-deps migrate
if ! sh "$(dirname "$0")/reload-nginx.sh"; then
    say 'nothing is rolled: mend what nginx says first'
    exit 1
fi

for id in $old; do
    # One at a time: what has started and does not listen yet has an address already, and nginx tries one other, not two.
    docker compose up --detach --no-deps --no-build --no-recreate --scale web=$((count + 1)) web
    now=$(docker compose ps --quiet web)
    fresh=$(others "$now" "$before")
    if ! wait_ready "$fresh"; then
        say "the new instance was not ready within $PATIENCE s and is removed; the others go on. What it said:"
        docker logs --tail 20 "$fresh" || true
        docker rm --force "$fresh" >/dev/null
        exit 1
    fi
    before=$(others "$now" "$id")
    if ! wait_ready "$before"; then
        say 'another instance is not ready any more: nothing is stopped. See `docker compose ps`'
        exit 1
    fi
    say "$(docker inspect --format '{{.Name}}' "$fresh") is ready, $(docker inspect --format '{{.Name}}' "$id") is stopped"
    docker stop --time $GRACE "$id" >/dev/null
    docker rm "$id" >/dev/null
    sleep $FORGET
done

# Jobs wait in the database meanwhile.
docker compose up --detach --no-deps --no-build worker
# Ends nginx only where its image is another one: a second or two without an answer.
docker compose up --detach --no-deps --no-build nginx
say 'done'
