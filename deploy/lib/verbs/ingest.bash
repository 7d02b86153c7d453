# shellcheck shell=bash
# ingest: a film file of one's own, made playable.

# shellcheck source=deploy/lib/api.bash
source "$lib/api.bash"
# shellcheck source=deploy/lib/demonstration.bash
source "$lib/demonstration.bash"
# shellcheck source=deploy/lib/encoding.bash
source "$lib/encoding.bash"

usage_of_verb() {
  cat <<'TEXT'
Usage: deploy/stack ingest FILE --title "…" [--year N] [--maturity all|7|12|16|18] [--synopsis "…"] [--genre G]…

Adds the title unless one of that name and year is there, uploads the file, encodes it, and shows the progress until
it plays. Ends with 1 and the reason if it cannot be encoded.

  --year N       by default this year
  --maturity M   by default 16, so that no film reaches children by oversight
TEXT
}

verb() {
  local file='' name='' year='' maturity=16 synopsis='' genres=()
  printf -v year '%(%Y)T' -1
  while (($#)); do
    case $1 in
      --title | --year | --maturity | --synopsis | --genre)
        (($# > 1)) || fail "$1 wants a value"
        case $1 in
          --title) name=$2 ;;
          --year) year=$2 ;;
          --maturity) maturity=$2 ;;
          --synopsis) synopsis=$2 ;;
          --genre) genres+=("$2") ;;
        esac
        shift
        ;;
      -*) usage_of_verb >&2; exit 2 ;;
      *)
        [[ -z $file ]] || fail 'one file at a time'
        file=$1
        ;;
    esac
    shift
  done
  [[ -n $file && -n $name ]] || { usage_of_verb >&2; exit 2; }
  [[ -f $file && -r $file ]] || fail "there is no file $file that can be read"
  [[ -s $file ]] || fail "$file is empty"
  [[ $year =~ ^[0-9]{4}$ ]] || fail '--year wants four digits'
  [[ $maturity =~ ^(all|7|12|16|18)$ ]] || fail '--maturity is one of all, 7, 12, 16, 18'
  port_of gateway
  is_ready "$REPLY" || fail 'the gateway is not ready: run deploy/stack up first'

  ensure_title
  say "Uploading $file"
  upload_film "$file"
  start_job "$title_id" "$upload"
  await_jobs "$name" "$job" || exit 1
  await_playable "$title_id"
  gateway_address
  say "$name ($year) plays: $REPLY/ (title $title_id)"
}

# ensure_title → title_id: the one of that name and year, added if there is none.
ensure_title() {
  list_titles
  title_id=$(jq -r --arg name "$name" --argjson year "$year" \
    'first(.[] | select(.name == $name and .year == $year) | .id) // ""' <<<"$titles")
  [[ -z $title_id ]] || return 0
  as_operator POST /v1/studio/titles "$(
    jq -nc --arg name "$name" --argjson year "$year" --arg maturity "$maturity" --arg synopsis "$synopsis" \
      '{$name, $year, $maturity, genres: $ARGS.positional} + (if $synopsis == "" then {} else {$synopsis} end)' \
      --args ${genres[@]+"${genres[@]}"}
  )" || fail 'the gateway does not answer'
  expect 201 'the title was refused'
  title_id=$(jq -r .id <<<"$api_body")
}
