#!/bin/bash
# nginx's image with this machine's site, in the foreground. It is not root; what it keeps for a moment is on the encrypted disk.
set -euo pipefail
source /etc/onboarding/machine.env
options=(--rm --name onboarding-nginx --log-driver none --network host --user 1000:1000)
options+=(--read-only --tmpfs /tmp:mode=1777 --cap-drop ALL --security-opt no-new-privileges --memory 640m --ulimit nofile=65536)
options+=(--volume /etc/onboarding/site:/etc/nginx/site:ro --volume /var/lib/onboarding/static:/srv/onboarding/static:ro)
options+=(--volume /var/lib/onboarding/nginx:/var/cache/nginx/onboarding --volume /var/log/onboarding/nginx:/var/log/nginx)
exec docker run "${options[@]}" "$NGINX_IMAGE" nginx -c /etc/nginx/site/nginx.conf -g 'daemon off; pid /tmp/nginx.pid;'
