#!/usr/bin/env bash
# judge.sh ID: judges a task, annotates what does not hold, and hands the points to the reporter.
#
# What learners' code prints never reaches the log: the checker keeps it, and what is told of it is escaped, or lies
# between two lines that keep the runner from reading commands in it.
set -uo pipefail
id=$1
here=$(dirname "$0")
records=$(mktemp)
trap 'rm -f "$records"' EXIT

cargo checker task "$id" --json --rendered >"$records"
code=$?

token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
echo "::stop-commands::$token"
jq -r '(if .type == "built" then .compiler elif .type == "criterion" then .rendered // "" else "" end)
    | rtrimstr("\n") | select(. != "")' "$records"
echo "::$token::"
jq -rs -f "$here/annotations.jq" "$records"

result=$(jq -cs --arg id "$id" --argjson code "$code" -f "$here/points.jq" "$records") || exit 1
echo "$result" | jq -r '"\(.points) of \(.max_score) points"'
# The reporter fails the job where a criterion does not hold; here only what is no verdict does.
echo "result=$(printf %s "$result" | base64 -w 0)" >>"${GITHUB_OUTPUT:-/dev/stdout}"
[ "$code" -le 1 ]
