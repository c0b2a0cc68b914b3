#!/bin/sh
# Makes what the other services need and nobody has given: passwords, the secret of the sessions, a self-signed certificate.
# What is there already stays; what lies in /given (the production overlay) takes its place. Each service sees its own folder only.
set -eu
umask 077

APP=1000 # `node`, which the service and nginx run as

# put PATH OWNER MODE: keeps its input under that name, whole or not at all.
put() {
    cat > "$1.new"
    chown "$2" "$1.new"
    chmod "$3" "$1.new"
    mv "$1.new" "$1"
}
# once PATH OWNER MODE COMMAND...: keeps what the command says, unless something is there.
once() {
    path=$1 owner=$2 mode=$3
    shift 3
    if [ ! -s "$path" ]; then "$@" | put "$path" "$owner" "$mode"; fi
}
# given NAME PATH OWNER MODE: takes a file of that name from /given.
given() {
    if [ -s "/given/$1" ]; then put "$2" "$3" "$4" < "/given/$1"; fi
}
# or_empty PATH OWNER MODE: a secret that may be missing; an empty file counts as unset.
or_empty() {
    if [ ! -e "$1" ]; then : | put "$1" "$2" "$3"; fi
}
random() { openssl rand -hex 24; }
address() { printf 'postgres://%s:%s@database/onboarding' "$1" "$(cat "/secrets/database/$2")"; }

# The database's programs run as a user whose number differs between images; nobody else sees this folder.
for name in superuser owner app; do once "/secrets/database/$name-password" 0 0444 random; done

once /secrets/web/database-url $APP 0400 address onboarding_app app-password
once /secrets/web/session-secret $APP 0400 random
once /secrets/owner/migration-database-url $APP 0400 address onboarding_owner owner-password
for name in database-url session-secret backup-key admin-password metrics-token; do
    given "$name" "/secrets/web/$name" $APP 0400
    or_empty "/secrets/web/$name" $APP 0400
done
given migration-database-url /secrets/owner/migration-database-url $APP 0400
# Of AWS: with none the SDK goes on to the role of the machine. What was taken back does not live on.
rm -f /secrets/web/aws-credentials
given aws-credentials /secrets/web/aws-credentials $APP 0400

# nginx's configuration, what it leaves to each site, and what nginx sends by itself. Files of the version before stay: its pages
# are still open somewhere.
site=/secrets/site
while [ "${BASE_URL%/}" != "$BASE_URL" ]; do BASE_URL=${BASE_URL%/}; done
# Up to so much the service itself says on its page that a photo is too big; 40 MB where MAX_UPLOAD_MB is 25, as in nginx.conf.
largest=${MAX_UPLOAD_MB:-25}
if [ "$largest" != "${PAGES_FOR_MB:-25}" ]; then
    echo "MAX_UPLOAD_MB is $largest, and the pages of this image say ${PAGES_FOR_MB:-25}: build the images again with it" >&2
    exit 1
fi
printf 'client_max_body_size %dm;\n' $((largest * 8 / 5)) | put $site/upload.conf $APP 0444
put $site/nginx.conf $APP 0444 < /setup/nginx.conf
cp -R /setup/static/. /static
chmod -R a+rX /static
host=${BASE_URL#*://}
host=${host%%[:/]*}
printf 'server_name %s;\n' "$host" | put $site/server.conf $APP 0444
put $site/http.conf $APP 0444 <<EOF
# The instances of \`web\`, asked for anew every 5 s: while they are rolled they come and go.
resolver 127.0.0.11 valid=5s ipv6=off;
map "" \$app {
  default web:3000;
}
map "" \$public {
  default $BASE_URL;
}
client_body_temp_path /var/cache/nginx/onboarding/body;
proxy_temp_path /var/cache/nginx/onboarding/proxy;
fastcgi_temp_path /var/cache/nginx/onboarding/fastcgi;
uwsgi_temp_path /var/cache/nginx/onboarding/uwsgi;
scgi_temp_path /var/cache/nginx/onboarding/scgi;
EOF

given tls.crt $site/cert.pem $APP 0444
given tls.key $site/key.pem $APP 0400
if [ ! -s $site/cert.pem ] || [ ! -s $site/key.pem ]; then
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 825 -subj "/CN=$host" \
        -addext "subjectAltName=DNS:$host" -keyout /tmp/key.pem -out /tmp/cert.pem 2>/dev/null
    put $site/key.pem $APP 0400 < /tmp/key.pem
    put $site/cert.pem $APP 0444 < /tmp/cert.pem
    rm /tmp/key.pem /tmp/cert.pem
    echo "made a self-signed certificate for $host: browsers will warn"
fi
# Folders of volumes belong to root: their readers must be able to enter them.
chmod 0755 /secrets/web /secrets/owner /secrets/database $site
