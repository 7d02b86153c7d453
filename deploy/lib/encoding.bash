# shellcheck shell=bash
# From a film file to a playable title, over the public API: upload, job, progress.

# shellcheck source=deploy/lib/upload.bash
source "$lib/upload.bash"

# start_job TITLE_ID UPLOAD_ID → job
start_job() {
  as_operator POST /v1/studio/jobs "$(jq -nc --arg titleId "$1" --arg uploadId "$2" '{$titleId, source: {$uploadId}}')" \
    || fail 'the gateway does not answer'
  expect 200 201 202 'the encoding job was refused'
  job=$(jq -r .id <<<"$api_body")
}

# job_state JOB → state, percent, speed, seconds_left, waiting_for, plays, failure; a reading that is not there is `-`.
# A gateway that is being restarted is no failed job: asked again.
job_state() {
  local tries=0
  until as_operator GET "/v1/studio/jobs/$1" && [[ $api_status == 200 ]]; do
    [[ $api_status == 404 ]] && fail "there is no job $1"
    tries=$((tries + 1))
    ((tries < 60)) || { problem_text; fail "the job $1 cannot be looked at: $REPLY"; }
    pause 0.5
  done
  IFS=$'\t' read -r state percent speed seconds_left waiting_for plays failure < <(
    jq -r "$job_readings + [(.playableAt // \"-\"), (.failureReason // \"no reason was given\")] | @tsv" <<<"$api_body"
  )
}

# For jq, of a job: state, percent, speed, seconds left, what it waits for.
job_readings='[.state, (.progress * 100 | floor), (if .speed then .speed * 100 | round / 100 else "-" end),
  (if .secondsLeft then .secondsLeft | ceil else "-" end), (.waitingFor // "-")]'

# pace_text SPEED SECONDS_LEFT WAITING_FOR → REPLY, e.g. `, 1.2x, 0:40 left`; empty where nothing is known.
pace_text() {
  local text=''
  [[ $1 == - ]] || text+=", ${1}x"
  if [[ $3 != - ]]; then
    text+=", waiting for $3"
  elif [[ $2 != - ]]; then
    clock_text "$2"
    text+=", $REPLY left"
  fi
  REPLY=$text
}

# await_jobs TEXT JOB…: a progress line for all of them together, with how many times as fast as the film the encoders
# are and the time left. Returns 1 if any failed, after naming it.
await_jobs() {
  local text=$1 one done_jobs total left paces waits failed=0 failures=() began_playing=''
  local -A finished=()
  shift
  while :; do
    total=0 done_jobs=0 left=- paces='' waits=-
    for one in "$@"; do
      if [[ -z ${finished[$one]:-} ]]; then
        job_state "$one"
        case $state in
          succeeded) finished[$one]=100 ;;
          failed | cancelled)
            finished[$one]=100
            failed=1
            failures+=("job $one $state: $failure")
            ;;
          *)
            # Several jobs share the encoders: the last of them ends it, and speeds of one moment do not add up.
            if [[ $seconds_left != - ]] && { [[ $left == - ]] || ((seconds_left > left)); }; then left=$seconds_left; fi
            if [[ $waiting_for != - ]]; then waits=$waiting_for; fi
            if (($# == 1)); then paces=$speed; fi
            ;;
        esac
      fi
      if [[ -n ${finished[$one]:-} ]]; then
        done_jobs=$((done_jobs + 1))
        total=$((total + 100))
      else
        total=$((total + percent))
      fi
    done
    pace_text "${paces:--}" "$left" "$waits"
    progress $((total / $#)) "$text$REPLY"
    ((done_jobs == $#)) && break
    if (($# == 1)) && [[ -z $began_playing && $plays != - ]]; then
      began_playing=$plays
      progress_note "$text plays from its beginning on; the rest joins as it is done."
    fi
    pause 0.5
  done
  progress_end
  for one in ${failures[@]+"${failures[@]}"}; do warn "$one"; done
  return "$failed"
}

# await_playable TITLE_ID: the catalogue hears of a published film by event, moments after the job is done.
await_playable() {
  local tries
  for ((tries = 0; tries < 100; tries++)); do
    as_operator GET "/v1/studio/titles/$1" || fail 'the gateway does not answer'
    expect 200 'the title cannot be looked at'
    if jq -e '.video != null' <<<"$api_body" >/dev/null; then return; fi
    pause 0.1
  done
  fail "the film is encoded, but its title $1 does not play after 10 s; see deploy/stack logs catalog"
}
