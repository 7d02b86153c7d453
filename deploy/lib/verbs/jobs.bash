# shellcheck shell=bash
# jobs: what is being encoded, and what was.

# shellcheck source=deploy/lib/api.bash
source "$lib/api.bash"
# shellcheck source=deploy/lib/encoding.bash
source "$lib/encoding.bash"

usage_of_verb() {
  cat <<'TEXT'
Usage: deploy/stack jobs [--all]

The encoding jobs that wait or run, the newest first: state, percent, how many times as fast as the film the encoders
are, time left, and what the job waits for, if for anything.

  --all   the ended ones too, with the reason of those that failed
TEXT
}

verb() {
  local all=false states=(queued running)
  case "$*" in
    '') ;;
    --all) all=true ;;
    *) usage_of_verb >&2; exit 2 ;;
  esac
  port_of gateway
  is_ready "$REPLY" || fail 'the gateway is not ready: run deploy/stack up first'
  if $all; then states=(''); fi

  # The list has no speed and no time left: who is at work is asked for it by name.
  local one job jobs=() row id name priority state percent speed left waiting_for failure
  for one in "${states[@]}"; do
    as_operator GET "/v1/studio/jobs?limit=100${one:+&state=$one}" || fail 'the gateway does not answer'
    expect 200 'the jobs cannot be listed'
    while IFS= read -r job; do jobs+=("$job"); done < <(jq -c '.items[]' <<<"$api_body")
  done
  if ((${#jobs[@]} == 0)); then
    say 'Nothing is being encoded. deploy/stack jobs --all shows what was.'
    return
  fi
  printf '%-31s%-27s%-10s%-9s%5s%9s%11s\n' JOB FILM STATE PRIORITY % SPEED 'TIME LEFT'
  while IFS= read -r job; do
    if [[ $job == *'"state":"queued"'* || $job == *'"state":"running"'* ]]; then
      as_operator GET "/v1/studio/jobs/$(jq -r .id <<<"$job")" || fail 'the gateway does not answer'
      [[ $api_status == 200 ]] && job=$api_body
    fi
    row=$(jq -r "[.id, (.sourceName // .titleId)[:26], (.options.priority // \"normal\")] + $job_readings
      + [.failureReason // \"-\"] | @tsv" <<<"$job")
    IFS=$'\t' read -r id name priority state percent speed left waiting_for failure <<<"$row"
    [[ $speed == - ]] || speed+=x
    if [[ $left != - ]]; then
      clock_text "$left"
      left=$REPLY
    fi
    printf '%-31s%-27s%-10s%-9s%5s%9s%11s\n' "$id" "$name" "$state" "$priority" "$percent" "$speed" "$left"
    if [[ $waiting_for != - ]]; then printf '  waits for %s\n' "$waiting_for"; fi
    if [[ $failure != - ]]; then printf '  %s\n' "$failure"; fi
  done < <(printf '%s\n' "${jobs[@]}")
}
