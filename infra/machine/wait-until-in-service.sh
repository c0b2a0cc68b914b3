#!/bin/bash
# Ends when the balancer sends people here; fails after ten minutes. Only then may the update take the next machine away.
set -euo pipefail
source /etc/onboarding/machine.env

until_ready() {
  local end=$((SECONDS + 600))
  until "$@"; do
    if ((SECONDS > end)); then
      echo "not ready: $1" >&2
      return 1
    fi
    sleep 5
  done
}
is_ready() { curl --fail --silent --output /dev/null --max-time 5 "http://127.0.0.1:$HEALTH_PORT/readyz"; }
is_in_service() {
  local state
  state=$(aws elbv2 describe-target-health --region "$AWS_REGION" --target-group-arn "$TARGET_GROUP_ARN" \
    --targets "Id=$machine" --query 'TargetHealthDescriptions[0].TargetHealth.State' --output text) || return 1
  [ "$state" = healthy ]
}

token=$(curl --fail --silent --max-time 5 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 900' http://169.254.169.254/latest/api/token)
machine=$(curl --fail --silent --max-time 5 -H "X-aws-ec2-metadata-token: $token" http://169.254.169.254/latest/meta-data/instance-id)
until_ready is_ready
until_ready is_in_service
