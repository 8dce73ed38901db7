#!/bin/sh
set -eu

base_url=${HIGHLEVEL_BASE_URL:-https://services.leadconnectorhq.com}

answer=$(curl --silent --show-error --write-out '\n%{http_code}' "$base_url/products/collections" \
  --header "Authorization: Bearer $HIGHLEVEL_TOKEN" \
  --header 'Version: 2021-07-28' \
  --header 'Content-Type: application/json' \
  --data @- <<JSON
{
  "altId": "$HIGHLEVEL_LOCATION_ID",
  "altType": "location",
  "name": "Best Sellers",
  "slug": "best-sellers"
}
JSON
)
status=$(printf '%s\n' "$answer" | tail -n 1)
body=$(printf '%s\n' "$answer" | sed '$d')

if [ "$status" -ne 201 ]; then
  echo "HighLevel answered $status: $body" >&2
  exit 1
fi
printf '%s\n' "$body" | sed -n 's/.*"_id" *: *"\([^"]*\)".*/\1/p'
