# shellcheck shell=bash
# down: stops everything, keeps all data.

usage_of_verb() {
  cat <<TEXT
Usage: deploy/stack down

Stops every process of the stack: TERM, up to $stop_grace_seconds s to drain, then KILL
(MATINEE_STOP_GRACE_SECONDS). The gateway stops first, so nothing new comes in, and the bus last. Data stays
in MATINEE_HOME.
TEXT
}

verb() {
  (($# == 0)) || { usage_of_verb >&2; exit 2; }
  take_stack_lock
  local name middle=() first=() last=()
  recorded_processes
  for name in ${processes[@]+"${processes[@]}"}; do
    case $name in
      gateway) first+=("$name") ;;
      bus) last+=("$name") ;;
      *) middle+=("$name") ;;
    esac
  done
  if ((${#processes[@]} == 0)); then
    say "Nothing runs."
    return
  fi
  stop_processes ${first[@]+"${first[@]}"}
  stop_processes ${middle[@]+"${middle[@]}"}
  stop_processes ${last[@]+"${last[@]}"}
  rm -f "$run_folder"/*.tmp
  say "Stopped ${processes[*]}. Data stays in $MATINEE_HOME."
}
