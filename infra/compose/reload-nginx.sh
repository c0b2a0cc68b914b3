#!/bin/sh
# infra/compose/reload-nginx.sh: has the running nginx of the stack read its configuration and certificate anew, if they are sound. It
# goes on meanwhile. Exit 0: done; 1: they are not, nginx goes on with the old ones, and says what is wrong.
# By its own command and not by `docker compose kill`: Docker would take that for a stop by hand, and not start nginx again later.
set -eu

inside() { docker compose exec -T nginx nginx -c /etc/nginx/site/nginx.conf -g 'pid /tmp/nginx.pid;' "$@"; }

if ! inside -t; then
    echo 'reload-nginx: nginx does not take the new configuration or certificate, and goes on with the old ones until it is started anew'
    exit 1
fi
inside -s reload
