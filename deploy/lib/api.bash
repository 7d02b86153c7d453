# shellcheck shell=bash
# The public API, as any client would use it: through the gateway, with curl. Passwords and tokens reach curl on
# its standard input, never on its command line where `ps` shows them.

access_token=''
api_status='' api_body=''

# api METHOD PATH [JSON] → api_status, api_body. Fails if nobody answers.
api() {
  local answer gateway body=()
  api_status='' api_body=''
  gateway_address
  gateway=$REPLY
  if (($# > 2)); then body=(--header 'content-type: application/json' --data-binary @-); fi
  answer=$(
    curl --silent --show-error --max-time 30 --config <(authorization) --request "$1" "${body[@]}" \
      --write-out '\n%{http_code}' "$gateway$2" <<<"${3:-}"
  ) || return 1
  api_status=${answer##*$'\n'}
  api_body=${answer%$'\n'*}
}

# The curl setting that carries the token.
authorization() {
  [[ -z $access_token ]] || printf 'header = "authorization: Bearer %s"\n' "$access_token"
}

# problem_text → REPLY: what the last answer says went wrong.
problem_text() {
  REPLY=$(jq -r '[.title, .detail, (.errors // [] | map("\(.field): \(.message)") | join("; "))]
    | map(select(. != null and . != "")) | join(": ")' <<<"$api_body" 2>/dev/null)
  REPLY="status $api_status${REPLY:+, $REPLY}"
}

# expect STATUS… WHAT: fails with the problem unless the last answer has one of these states.
expect() {
  local what=${*: -1} state
  for state in "${@:1:$#-1}"; do
    [[ $api_status == "$state" ]] && return
  done
  problem_text
  fail "$what: $REPLY"
}

# log_in EMAIL PASSWORD → access_token; fails on a wrong password, whose problem stays in api_body.
log_in() {
  access_token=''
  api POST /v1/sessions "$(jq -nc --arg email "$1" --arg password "$2" \
    '{$email, $password, device: {name: "deploy/stack", kind: "web"}}')" || return
  [[ $api_status == 201 ]] || return
  access_token=$(jq -r .accessToken <<<"$api_body")
}

# as_operator METHOD PATH [JSON]: logs in as the stack's operator when there is no token or it has expired.
as_operator() {
  if [[ -z $access_token ]]; then log_in_as_operator; fi
  api "$@" || return
  if [[ $api_status == 401 ]]; then
    log_in_as_operator
    api "$@"
  fi
}

log_in_as_operator() {
  local file=$demonstration_folder/operator.json
  [[ -r $file ]] || fail "there is no $file: run deploy/stack up first"
  log_in "$(jq -r .email "$file")" "$(jq -r .password "$file")" || {
    [[ -n $api_status ]] && problem_text || REPLY='no answer from the gateway'
    fail "the operator cannot log in: $REPLY"
  }
}
