# shellcheck shell=bash
# HTTP/1.1 over bash's own sockets: a look at nine services starts no process.

# http_get PORT PATH → http_status, http_body; fails if nobody answers within a second.
http_get() {
  local connection line
  http_status='' http_body=''
  { exec {connection}<>"/dev/tcp/127.0.0.1/$1"; } 2>/dev/null || return 1
  # A service that ends while it is asked must not end the asker.
  trap : PIPE
  { printf 'GET %s HTTP/1.1\r\nhost: 127.0.0.1:%s\r\nconnection: close\r\n\r\n' "$2" "$1" >&"$connection"; } 2>/dev/null
  trap - PIPE
  if IFS=' ' read -r -t 1 -u "$connection" _ http_status _; then
    while IFS= read -r -t 1 -u "$connection" line && [[ $line != $'\r' && -n $line ]]; do :; done
    # Bodies of these routes are small; one without a last newline is still read.
    while IFS= read -r -t 1 -u "$connection" line || [[ -n $line ]]; do
      http_body+=$line$'\n'
    done
  fi
  exec {connection}>&-
  [[ -n $http_status ]]
}

# is_ready PORT: whether the service there says so.
is_ready() {
  http_get "$1" /readyz && [[ $http_status == 200 ]]
}

# await_ready PROCESS…: until each is ready; says which are not when the time is over.
await_ready() {
  local deadline waiting=("$@") still process
  now_milliseconds
  deadline=$((REPLY + ready_wait_seconds * 1000))
  while :; do
    still=()
    for process in "${waiting[@]}"; do
      port_of "$process"
      is_ready "$REPLY" || still+=("$process")
    done
    ((${#still[@]})) || return 0
    waiting=("${still[@]}")
    now_milliseconds
    ((REPLY < deadline)) || break
    pause 0.02
  done
  for process in "${waiting[@]}"; do
    port_of "$process"
    http_get "$REPLY" /readyz || http_status='no answer'
    warn "$process is not ready after $ready_wait_seconds s (port $REPLY: $http_status); its last lines:"
    tail -n 5 "$log_folder/$process.log" >&2 2>/dev/null || true
  done
  return 1
}
