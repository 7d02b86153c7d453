# shellcheck shell=bash
# A process is known by its pid together with the clock tick it started at, so a pid the system has given
# to somebody else is never mistaken for ours. Records are written beside and renamed: never half there.

# start_tick PID → REPLY; fails if there is no such process or only its zombie is left.
start_tick() {
  local stat
  { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 1
  stat=${stat##*) }
  # shellcheck disable=SC2086
  set -- $stat
  [[ $1 != [ZX] ]] || return 1
  REPLY=${20}
}

# alive PID TICK: whether that very process still runs.
alive() {
  [[ ${1:-} =~ ^[0-9]+$ ]] && start_tick "$1" && [[ $REPLY == "${2:-}" ]]
}

# write_record FILE WORDS…
write_record() {
  local file=$1
  shift
  printf '%s\n' "$*" >"$file.$BASHPID.tmp" && mv -f "$file.$BASHPID.tmp" "$file"
}

# service_process NAME → pid, tick, restarts; fails if it does not run.
service_process() {
  pid='' tick='' restarts=0
  [[ -r $run_folder/$1.pid ]] || return 1
  read -r pid tick restarts _ <"$run_folder/$1.pid" || true
  alive "$pid" "$tick"
}

# supervisor_process NAME → supervisor_pid, supervisor_tick; fails if it does not run.
supervisor_process() {
  supervisor_pid='' supervisor_tick=''
  [[ -r $run_folder/$1.supervisor.pid ]] || return 1
  read -r supervisor_pid supervisor_tick _ <"$run_folder/$1.supervisor.pid" || true
  alive "$supervisor_pid" "$supervisor_tick"
}

# await_gone SECONDS PID TICK: fails if it is still there after that time.
await_gone() {
  local deadline
  now_milliseconds
  deadline=$((REPLY + $1 * 1000))
  while alive "$2" "$3"; do
    now_milliseconds
    ((REPLY < deadline)) || return 1
    pause 0.02
  done
}

# recorded_processes → processes[]: whatever has left a pid file, wanted or not.
recorded_processes() {
  local file name seen=' '
  processes=()
  for file in "$run_folder"/*.pid; do
    [[ -e $file ]] || continue
    name=${file##*/}
    name=${name%.pid}
    name=${name%.supervisor}
    [[ $seen == *" $name "* ]] && continue
    seen+="$name "
    processes+=("$name")
  done
}

# One `up`, `down`, `restart` or `scale` at a time for a home folder. What is started must not keep the lock:
# start_process closes it.
take_stack_lock() {
  mkdir -p "$run_folder"
  exec {stack_lock}>"$run_folder/stack.lock"
  flock -n "$stack_lock" && return
  say "Waiting for another deploy/stack at work on $MATINEE_HOME."
  flock -w 900 "$stack_lock" || fail "another deploy/stack has held $run_folder/stack.lock for 15 minutes"
}
