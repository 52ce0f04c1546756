#!/bin/bash
# Makes the data folder, with the stack's secret in it, so that sessions hold on every machine and in Lambda.
set -euo pipefail

folder=$(/opt/elasticbeanstalk/bin/get-config environment -k ROLLCALL_DATA)
secret=$(/opt/elasticbeanstalk/bin/get-config environment -k SESSION_SECRET_ARN)
region=$(/opt/elasticbeanstalk/bin/get-config environment -k AWS_DEFAULT_REGION)

install -d -m 0700 -o webapp -g webapp "$folder"
key=$(aws secretsmanager get-secret-value --region "$region" --secret-id "$secret" --query SecretString --output text)
install -m 0600 -o webapp -g webapp /dev/stdin "$folder/secret-key" <<<"$key"
