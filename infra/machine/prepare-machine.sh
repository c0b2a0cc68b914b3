#!/bin/bash
# What a machine needs before anything is started on it. Run once, by cloud-init, as root.
set -euo pipefail
source /etc/onboarding/machine.env

APP=1000 # `node` in the image, which the service and nginx run as

dnf --quiet --assumeyes install amazon-cloudwatch-agent docker jq logrotate postgresql15 # psql of any version will do

install -d -m 0755 /etc/onboarding/site /var/lib/onboarding /var/lib/onboarding/static /var/log/onboarding
install -d -o $APP -g $APP -m 0700 /var/lib/onboarding/{data,uploads,nginx}
install -d -o $APP -g $APP -m 0755 /var/log/onboarding/nginx

# nginx is not root, and listens where compose lets it, too.
echo 'net.ipv4.ip_unprivileged_port_start = 80' > /etc/sysctl.d/90-onboarding.conf
sysctl --quiet -p /etc/sysctl.d/90-onboarding.conf

# Who signs the database's certificate: asked of AWS itself, so that a new one arrives with each new machine.
curl --fail --silent --show-error --proto =https --retry 5 --output /etc/onboarding/database-ca.pem \
  "https://truststore.pki.rds.amazonaws.com/$AWS_REGION/$AWS_REGION-bundle.pem"

# Between the balancer and nginx: the balancer encrypts and does not look at the name.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj "/CN=$DOMAIN" \
  -addext "subjectAltName=DNS:$DOMAIN" -keyout /etc/onboarding/site/key.pem -out /etc/onboarding/site/cert.pem 2>/dev/null
chown $APP:$APP /etc/onboarding/site/key.pem
chmod 0400 /etc/onboarding/site/key.pem

systemctl enable --quiet --now docker logrotate.timer # a fresh package's timer is not always switched on
DOCKER_CONFIG=$(mktemp -d)
export DOCKER_CONFIG
aws ecr get-login-password --region "$AWS_REGION" |
  docker login --username AWS --password-stdin "${IMAGES%%/*}" >/dev/null
docker pull --quiet "$SERVICE_IMAGE" >/dev/null
docker pull --quiet "$NGINX_IMAGE" >/dev/null
rm -r "$DOCKER_CONFIG"

# nginx.conf and what nginx sends by itself.
docker run --rm --network none --user 0 --entrypoint sh --volume /etc/onboarding/site:/site \
  --volume /var/lib/onboarding/static:/static "$NGINX_IMAGE" -c 'cp /setup/nginx.conf /site/ && cp -R /setup/static/. /static'
chmod -R a+rX /etc/onboarding/site/nginx.conf /var/lib/onboarding/static
if ! grep --quiet 'include /etc/nginx/site/listen' /etc/onboarding/site/nginx.conf; then
  echo 'nginx.conf does not include site/listen*.conf: the balancer would meet nobody' >&2
  exit 1
fi

/opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl -a fetch-config -m ec2 -s \
  -c file:/etc/onboarding/cloudwatch-agent.json >/dev/null
