# shellcheck shell=bash
# scale: how many encoders work side by side.

usage_of_verb() {
  cat <<TEXT
Usage: deploy/stack scale encoder N

Runs N encoders (0 to $encoder_limit), now and at every later up. Each takes about one core while it works.
An encoder that is taken away gives its chunk back, and another encodes it.
TEXT
}

verb() {
  local count=${2:-} number surplus=() added=()
  [[ $# == 2 && $1 == encoder ]] || { usage_of_verb >&2; exit 2; }
  [[ $count =~ ^[0-9]{1,2}$ ]] && ((10#$count <= encoder_limit)) || fail "N is a number from 0 to $encoder_limit"
  count=$((10#$count))
  take_stack_lock
  export_ports
  write_record "$MATINEE_HOME/encoders" "$count"
  recorded_processes
  if ((${#processes[@]} == 0)); then
    say "Nothing runs; the next up starts $count encoders."
    return
  fi
  for name in "${processes[@]}"; do
    if [[ $name == encoder-* ]] && ((${name#encoder-} > count)); then surplus+=("$name"); fi
  done
  if ((${#surplus[@]})); then stop_processes "${surplus[@]}"; fi
  for ((number = 1; number <= count; number++)); do
    supervisor_process "encoder-$number" && continue
    start_process "encoder-$number"
    added+=("encoder-$number")
  done
  if ((${#added[@]})); then await_ready "${added[@]}" || exit 1; fi
  say "Encoders running: $count."
}
