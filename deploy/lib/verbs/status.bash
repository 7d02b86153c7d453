# shellcheck shell=bash
# status: what runs, and what it costs.

usage_of_verb() {
  cat <<'TEXT'
Usage: deploy/stack status [--json]

For each process: pid, version, port, health (what /readyz says), memory as proportional set size (pages shared
between processes counted once), time since its start, restarts after a failure. Then what is not as it should be with
those that are ready, the totals, what the media store holds, and how long the last start took. Ends with 0 if all are
ready, 1 if not.

  --json   the same for programs: bytes, seconds, milliseconds
TEXT
}

verb() {
  local json=false
  case "$*" in
    '') ;;
    --json) json=true ;;
    *) usage_of_verb >&2; exit 2 ;;
  esac
  all_processes
  if $json; then status_json; else status_table; fi
}

# look_at PROCESS → pid, port, version, health, remarks (a JSON array), memory_kib, uptime_seconds, restarts
look_at() {
  version='' remarks='[]' health=stopped memory_kib=0 uptime_seconds=0
  port_of "$1"
  port=$REPLY
  service_process "$1" || { pid='' restarts=0; return; }
  memory_of "$pid"
  memory_kib=$REPLY
  uptime_of "$tick"
  uptime_seconds=$REPLY
  if http_get "$port" /readyz; then
    health=ready
    [[ $http_status == 200 ]] || health='not ready'
    remarks_in_body
    http_get "$port" /livez && version_in_body
  else
    health=silent
  fi
  supervisor_process "$1" || health+=', unsupervised'
}

# The version is asked of the process, not of the file it was started from.
version_in_body() {
  if [[ -z $version && $http_body =~ \"version\"[[:space:]]*:[[:space:]]*\"([^\"]*)\" ]]; then
    version=${BASH_REMATCH[1]}
  fi
}

# An array of strings, as it stands in the answer.
remarks_pattern='"remarks"[[:space:]]*:[[:space:]]*(\[("([^"\\]|\\.)*"[[:space:]]*,?[[:space:]]*)*\])'
remarks_in_body() {
  if [[ $http_body =~ $remarks_pattern ]]; then remarks=${BASH_REMATCH[1]}; fi
}

# remarks_text JSON_ARRAY → REPLY, one after the other; nothing for none.
remarks_text() {
  local string='"(([^"\\]|\\.)*)"(.*)' rest=$1 text='' backslash=$'\x5c'
  while [[ $rest =~ $string ]]; do
    text+=${text:+; }${BASH_REMATCH[1]} rest=${BASH_REMATCH[3]}
  done
  text=${text//"$backslash\""/\"}
  REPLY=${text//"$backslash$backslash"/"$backslash"}
}

# memory_of PID → REPLY in KiB: proportional set size.
memory_of() {
  local key value
  REPLY=0
  while read -r key value _; do
    if [[ $key == Pss: ]]; then
      REPLY=$value
      return
    fi
  done 2>/dev/null <"/proc/$1/smaps_rollup"
}

# uptime_of START_TICK → REPLY in seconds.
uptime_of() {
  local since_boot
  read -r since_boot _ </proc/uptime
  REPLY=$((${since_boot%.*} - $1 / 100))
}

# duration_text SECONDS → REPLY
duration_text() {
  if (($1 < 60)); then REPLY="$1 s"; elif (($1 < 3600)); then
    REPLY="$(($1 / 60)) min"
  elif (($1 < 172800)); then
    REPLY="$(($1 / 3600)) h"
  else REPLY="$(($1 / 86400)) d"; fi
}

mebibytes_text() {
  printf -v REPLY '%d.%d' $(($1 / 1024)) $(($1 % 1024 * 10 / 1024))
}

# media_store → published_bytes, staging_bytes, collected_bytes, as the first ready encoder last saw it; fails if none did.
media_store() {
  local process line
  published_bytes='' staging_bytes='' collected_bytes=0
  for process in "${processes[@]}"; do
    [[ $process == encoder* ]] || continue
    port_of "$process"
    http_get "$REPLY" /metrics || continue
    while IFS= read -r line; do
      line=${line%$'\r'}
      case $line in
        'encoder_media_bytes{kind="published"} '*) published_bytes=${line##* } ;;
        'encoder_media_bytes{kind="staging"} '*) staging_bytes=${line##* } ;;
        encoder_media_collected_bytes_total*) collected_bytes=$((collected_bytes + ${line##* })) ;;
      esac
    done <<<"$http_body"
    if [[ $published_bytes =~ ^[0-9]+$ && $staging_bytes =~ ^[0-9]+$ ]]; then return; fi
  done
  return 1
}

status_table() {
  local process memory uptime total=0 supervisors=0 ready=0 remarked=()
  printf '%-16s %8s %-10s %6s %-12s %10s %8s %9s\n' PROCESS PID VERSION PORT HEALTH 'MEMORY MiB' UPTIME RESTARTS
  for process in "${processes[@]}"; do
    look_at "$process"
    total=$((total + memory_kib))
    [[ $health == ready ]] && ready=$((ready + 1))
    mebibytes_text "$memory_kib"
    memory=$REPLY
    duration_text "$uptime_seconds"
    uptime=$REPLY
    if [[ -z $pid ]]; then memory=- uptime=-; fi
    printf '%-16s %8s %-10s %6s %-12s %10s %8s %9s\n' \
      "$process" "${pid:--}" "${version:--}" "$port" "$health" "$memory" "$uptime" "${restarts:-0}"
    if supervisor_process "$process"; then
      memory_of "$supervisor_pid"
      supervisors=$((supervisors + REPLY))
    fi
    remarks_text "$remarks"
    if [[ -n $REPLY ]]; then remarked+=("$process: $REPLY"); fi
  done
  say ''
  if ((${#remarked[@]})); then printf '%s\n' "${remarked[@]}" ''; fi
  mebibytes_text "$total"
  memory=$REPLY
  mebibytes_text "$supervisors"
  say "$ready of ${#processes[@]} ready. Memory of all processes: $memory MiB proportional, their supervisors $REPLY MiB."
  if media_store; then
    mebibytes_text $((published_bytes / 1024))
    say "The media store holds $REPLY MiB of films and $((staging_bytes >> 20)) MiB on its way; $((collected_bytes >> 20)) MiB of leftovers were collected."
  fi
  if [[ -r $run_folder/last-start ]]; then
    local launched began count
    read -r launched began count <"$run_folder/last-start"
    seconds_text "$launched"
    launched=$REPLY
    seconds_text "$began"
    say "The last start had $count processes ready in $launched s ($REPLY s from the command)."
  fi
  ((ready == ${#processes[@]}))
}

status_json() {
  local process separator='' ready=0 launched=null began=null supervisors=0
  printf '{"processes": ['
  for process in "${processes[@]}"; do
    look_at "$process"
    [[ $health == ready ]] && ready=$((ready + 1))
    printf '%s\n  {"name": "%s", "pid": %s, "version": "%s", "port": %s, "health": "%s", "memoryBytes": %s, "uptimeSeconds": %s, "restarts": %s, "remarks": %s}' \
      "$separator" "$process" "${pid:-null}" "$version" "$port" "$health" $((memory_kib * 1024)) \
      "$uptime_seconds" "${restarts:-0}" "$remarks"
    separator=,
    if supervisor_process "$process"; then
      memory_of "$supervisor_pid"
      supervisors=$((supervisors + REPLY))
    fi
  done
  if [[ -r $run_folder/last-start ]]; then read -r launched began _ <"$run_folder/last-start"; fi
  media_store || published_bytes=null staging_bytes=null
  printf '\n], "supervisorMemoryBytes": %s, "mediaPublishedBytes": %s, "mediaStagingBytes": %s, "lastStartMilliseconds": %s, "lastCommandMilliseconds": %s}\n' \
    $((supervisors * 1024)) "$published_bytes" "$staging_bytes" "$launched" "$began"
  ((ready == ${#processes[@]}))
}
