# shellcheck shell=bash
# restart: one process, gracefully.

usage_of_verb() {
  cat <<'TEXT'
Usage: deploy/stack restart SERVICE

Stops one process (gateway, encoder-2, …) gracefully, starts it again and waits until it is ready. Its settings are
those the stack came up with; after a change in the environment run down and up instead.
TEXT
}

verb() {
  local name=${1:-} before
  (($# == 1)) && [[ $name != -* ]] || { usage_of_verb >&2; exit 2; }
  if [[ $name == encoder ]]; then name=encoder-1; fi
  is_process "$name" || fail "there is no process '$name': ${single_services[*]} encoder-N"
  all_processes
  [[ " ${processes[*]} " == *" $name "* ]] || fail "$name is not part of this stack; deploy/stack scale encoder N"
  [[ -x $binary ]] || fail "there is no program at $binary: run deploy/stack up"
  take_stack_lock
  export_ports
  now_milliseconds
  before=$REPLY
  restart_process "$name"
  await_ready "$name" || exit 1
  now_milliseconds
  local took=$((REPLY - before))
  service_process "$name"
  seconds_text "$took"
  say "$name runs again as process $pid, ready after $REPLY s."
}
