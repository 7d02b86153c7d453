# shellcheck shell=bash
# up: from a fresh machine to a stack that plays, or whatever of that is left to do.

# shellcheck source=deploy/lib/packages.bash
source "$lib/packages.bash"
# shellcheck source=deploy/lib/tools.bash
source "$lib/tools.bash"
# shellcheck source=deploy/lib/build.bash
source "$lib/build.bash"
# shellcheck source=deploy/lib/api.bash
source "$lib/api.bash"
# shellcheck source=deploy/lib/encoding.bash
source "$lib/encoding.bash"
# shellcheck source=deploy/lib/demonstration.bash
source "$lib/demonstration.bash"
# shellcheck source=deploy/lib/tour.bash
source "$lib/tour.bash"

usage_of_verb() {
  cat <<'TEXT'
Usage: deploy/stack up [--no-demonstration] [--no-set-up]

Installs what is missing, builds in release mode, starts every service as its own process and waits until each is
ready; then fills the demonstration catalogue, makes its accounts, encodes its films, and lets simulated profiles watch
for some seconds. Run again, it does only what is left: what runs stays untouched, unless its program has been built
anew since.

  --no-demonstration   start the services and leave their data alone
  --no-set-up          neither install, fetch nor build
TEXT
}

verb() {
  local demonstration=true set_up=true
  while (($#)); do
    case $1 in
      --no-demonstration) demonstration=false ;;
      --no-set-up) set_up=false ;;
      *) usage_of_verb >&2; exit 2 ;;
    esac
    shift
  done

  local begun
  now_milliseconds
  begun=$REPLY
  take_stack_lock
  mkdir -p "$log_folder" "$demonstration_folder"
  if $set_up; then
    ensure_packages "${run_packages[@]}"
    ensure_tools
    if [[ -z ${MATINEE_BINARY:-} ]]; then ensure_release_build; fi
  fi
  [[ -x $binary ]] || fail "there is no program at $binary"
  ensure_operator_file

  export_ports
  start_all "$begun"
  # The rest speaks to the gateway only: others may use the stack meanwhile.
  flock -u "$stack_lock"
  if $demonstration; then
    seed_demonstration
    encode_demonstration
    simulate_demonstration
    show_tour
  fi
}

# start_all BEGUN_MILLISECONDS: starts what does not run, anew what was built anew, and waits for all.
start_all() {
  local process started=() renewed=() launched
  rm -f "$run_folder"/*.tmp
  drop_surplus
  all_processes
  check_ports
  now_milliseconds
  launched=$REPLY
  for process in "${processes[@]}"; do
    if supervisor_process "$process"; then
      if outdated "$process"; then renewed+=("$process"); fi
    else
      start_process "$process"
      started+=("$process")
    fi
  done
  for process in ${renewed[@]+"${renewed[@]}"}; do
    say "Starting $process again: its program was built anew."
    restart_process "$process"
    await_ready "$process" || exit 1
  done
  await_ready "${processes[@]}" || exit 1
  report_start "$1" "$launched" $((${#started[@]} + ${#renewed[@]}))
}

# report_start BEGUN LAUNCHED COUNT
report_start() {
  local ready text
  if (($3 == 0)); then
    say "All ${#processes[@]} processes run and are ready."
    return
  fi
  now_milliseconds
  ready=$REPLY
  seconds_text $((ready - $2))
  text=$REPLY
  seconds_text $((ready - $1))
  say "All ${#processes[@]} processes are ready, $text s after the first was started ($REPLY s after this command began)."
  write_record "$run_folder/last-start" $((ready - $2)) $((ready - $1)) "$3"
}

# Processes that ran under a larger scale, or under a name this version no longer has.
drop_surplus() {
  local wanted name surplus=()
  all_processes
  wanted=" ${processes[*]} "
  recorded_processes
  for name in ${processes[@]+"${processes[@]}"}; do
    [[ $wanted == *" $name "* ]] || surplus+=("$name")
  done
  if ((${#surplus[@]})); then stop_processes "${surplus[@]}"; fi
}

# A port somebody else listens on would make a service die again and again: say it at once instead.
check_ports() {
  local process taken=()
  for process in "${processes[@]}"; do
    supervisor_process "$process" && continue
    service_process "$process" && continue
    port_of "$process"
    if { : <"/dev/tcp/127.0.0.1/$REPLY"; } 2>/dev/null; then taken+=("$REPLY ($process)"); fi
  done
  ((${#taken[@]} == 0)) \
    || fail "something else listens on ${taken[*]}; stop it, or set MATINEE_PORT_BASE to a free range"
}
