# shellcheck shell=bash
# Starting and stopping processes of the stack.

# start_process NAME: under a supervisor of its own, in a session of its own, so that nothing typed at this
# terminal reaches it. Does nothing if it is supervised already; a process without supervisor is adopted.
start_process() {
  local name=$1 service port
  supervisor_process "$name" && return
  service_of "$name"
  service=$REPLY
  port_of "$name"
  port=$REPLY
  (
    export "MATINEE_${service^^}_PORT=$port"
    # Encoders share a service name, not a scratch folder.
    if [[ $service == encoder ]]; then export MATINEE_ENCODER_NAME=$name; fi
    exec setsid "$root/deploy/lib/supervise" "$name" "$binary" "$service"
  ) </dev/null >/dev/null 2>&1 {stack_lock}>&- {silent_pipe}>&- &
  # It writes this record itself too; written here, a `down` that comes at once finds it.
  start_tick $! && write_record "$run_folder/$name.supervisor.pid" "$! $REPLY"
  disown
}

# stop_processes NAME…: TERM all, wait for all, KILL what stays. Twice is as good as once.
stop_processes() {
  local name deadline resend left rounds
  local -A supervisors=() services=()
  for name in "$@"; do
    if supervisor_process "$name"; then supervisors[$name]="$supervisor_pid $supervisor_tick"; fi
    if service_process "$name"; then services[$name]="$pid $tick"; fi
  done

  now_milliseconds
  # The supervisor itself waits out the grace and then kills; it gets a little longer than that.
  deadline=$((REPLY + (stop_grace_seconds + 3) * 1000))
  resend=0
  while :; do
    left=false
    now_milliseconds
    rounds=$REPLY
    for name in "$@"; do
      # shellcheck disable=SC2086
      if alive ${supervisors[$name]:-}; then
        left=true
        ((rounds >= resend)) && kill -TERM "${supervisors[$name]% *}" 2>/dev/null
      elif alive ${services[$name]:-}; then
        left=true
        ((rounds >= resend)) && kill -TERM "${services[$name]% *}" 2>/dev/null
      fi
    done
    $left || break
    # A signal that fell between two looks of a supervisor is sent again.
    if ((rounds >= resend)); then resend=$((rounds + 1000)); fi
    ((rounds < deadline)) || break
    pause 0.02
  done

  for name in "$@"; do
    # shellcheck disable=SC2086
    if alive ${supervisors[$name]:-}; then kill -KILL "${supervisors[$name]% *}" 2>/dev/null; fi
    # The supervisor may have started another since.
    if service_process "$name"; then services[$name]="$pid $tick"; fi
    # shellcheck disable=SC2086
    if alive ${services[$name]:-}; then
      warn "$name did not stop within $stop_grace_seconds s: killed"
      kill -KILL "${services[$name]% *}" 2>/dev/null
      # shellcheck disable=SC2086
      await_gone 5 ${services[$name]} || warn "$name cannot be killed"
    fi
    rm -f "$run_folder/$name.pid" "$run_folder/$name.supervisor.pid"
  done
}

# outdated NAME: whether it runs a binary that has been built anew since.
outdated() {
  local target
  service_process "$1" || return 1
  target=$(readlink "/proc/$pid/exe" 2>/dev/null) || return 1
  [[ $target == *' (deleted)' ]]
}

# restart_process NAME: graceful, then at once again; started if it was not running.
restart_process() {
  local name=$1 before=''
  if service_process "$name"; then before=$pid; fi
  if supervisor_process "$name"; then
    kill -USR1 "$supervisor_pid"
  else
    stop_processes "$name"
    start_process "$name"
  fi
  await_new_process "$name" "$before"
}

# await_new_process NAME OLD_PID
await_new_process() {
  local deadline resend
  now_milliseconds
  resend=$((REPLY + 2000))
  deadline=$((REPLY + (stop_grace_seconds + 10) * 1000))
  until service_process "$1" && [[ $pid != "$2" ]]; do
    now_milliseconds
    ((REPLY < deadline)) || fail "$1 was not started again; see deploy/stack logs $1"
    # A signal that fell between two looks of the supervisor is sent again.
    if ((REPLY >= resend)); then
      resend=$deadline
      if supervisor_process "$1"; then kill -USR1 "$supervisor_pid"; fi
    fi
    pause 0.02
  done
}
