# shellcheck shell=bash
# logs: what the processes write.

usage_of_verb() {
  cat <<'TEXT'
Usage: deploy/stack logs [SERVICE] [--last N]

Shows the last lines of one process (gateway, encoder-2, …) or of all, and follows them until interrupted.
  --last N   show the last N lines and end
TEXT
}

verb() {
  local name='' last='' files file
  while (($#)); do
    case $1 in
      --last)
        last=${2:-}
        [[ $last =~ ^[0-9]{1,6}$ ]] || fail "--last wants a number of lines"
        shift
        ;;
      -*) usage_of_verb >&2; exit 2 ;;
      *) name=$1 ;;
    esac
    shift
  done
  if [[ $name == encoder ]]; then name=encoder-1; fi
  if [[ -n $name ]]; then
    is_process "$name" || fail "there is no process '$name': ${single_services[*]} encoder-N"
    files=("$log_folder/$name.log")
  else
    all_processes
    files=("${processes[@]/#/$log_folder/}")
    files=("${files[@]/%/.log}")
  fi
  local there=()
  for file in "${files[@]}"; do
    [[ -r $file ]] && there+=("$file")
  done
  ((${#there[@]})) || fail "nothing has been logged yet in $log_folder"
  if [[ -n $last ]]; then exec tail -n "$last" -- "${there[@]}"; fi
  exec tail -n 20 -F -- "${there[@]}"
}
