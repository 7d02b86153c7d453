# shellcheck shell=bash
# The demonstration: accounts, catalogue, films. All through the public API, all safe to do twice.

# random_password → REPLY: 20 letters and digits, about 119 bits.
random_password() {
  REPLY=$(LC_ALL=C tr -dc 'a-zA-Z0-9' </dev/urandom 2>/dev/null | head -c 20)
}

# ensure_operator_file: who accounts makes the first operator at its start.
ensure_operator_file() {
  make_account_file operator
}

# make_account_file viewer|operator: the fixture's account with a password of its own, for this user's eyes only.
make_account_file() {
  local file=$demonstration_folder/$1.json
  [[ -s $file ]] && return
  mkdir -p "$demonstration_folder"
  chmod 700 "$demonstration_folder"
  random_password
  (
    umask 077
    jq --arg kind "$1" --arg password "$REPLY" '.[$kind] | del(.profiles) + {$password}' \
      "$root/fixtures/accounts.json" >"$file.tmp"
  ) && mv -f "$file.tmp" "$file"
}

seed_demonstration() {
  seed_viewer
  seed_catalogue
}

# seed_viewer: the account and the profiles it lacks.
seed_viewer() {
  local file=$demonstration_folder/viewer.json email password have profile name
  make_account_file viewer
  email=$(jq -r .email "$file")
  password=$(jq -r .password "$file")
  if ! log_in "$email" "$password"; then
    access_token=''
    api POST /v1/accounts "$(<"$file")" || fail 'the gateway does not answer'
    expect 201 'the demonstration account was refused'
    # Signing up succeeds with a known address too; logging in tells whose it is.
    log_in "$email" "$password" || fail "the account $email is there with another password than $file says"
    say "Made the account $email."
  fi
  api GET /v1/profiles || fail 'the gateway does not answer'
  expect 200 'the profiles cannot be listed'
  have=$api_body
  while read -r profile; do
    name=$(jq -r .name <<<"$profile")
    jq -e --arg name "$name" 'any(.items[]; .name == $name)' <<<"$have" >/dev/null && continue
    api POST /v1/profiles "$profile" || fail 'the gateway does not answer'
    expect 201 "the profile $name was refused"
  done < <(jq -c '.viewer.profiles[]' "$root/fixtures/accounts.json")
  access_token=''
}

seed_catalogue() {
  local added
  as_operator POST /v1/studio/titles/import "$(jq -c . "$root/fixtures/catalogue.json")" \
    || fail 'the gateway does not answer'
  expect 200 201 'the catalogue was refused'
  added=$(jq -r .added <<<"$api_body")
  if ((added > 0)); then say "Added $added titles to the catalogue."; fi
}

# list_titles → titles: a JSON array of all titles, page by page.
list_titles() {
  local cursor='' pages=0
  titles='[]'
  while ((pages < 1000)); do
    as_operator GET "/v1/studio/titles?limit=100${cursor:+&cursor=$cursor}" || fail 'the gateway does not answer'
    expect 200 'the titles cannot be listed'
    titles=$(jq -c --argjson before "$titles" '$before + .items' <<<"$api_body")
    cursor=$(jq -r '.next // "" | @uri' <<<"$api_body")
    [[ -n $cursor ]] || return 0
    pages=$((pages + 1))
  done
}

# encode_demonstration: the films of footage.json whose titles do not play yet.
encode_demonstration() {
  local title_id file upload job jobs=() wanted=() ids=()
  list_titles
  while IFS=$'\t' read -r file title_id; do
    [[ -z ${MATINEE_FILMS:-} || " $MATINEE_FILMS " == *" $file "* ]] || continue
    wanted+=("$file")
    ids+=("$title_id")
  done < <(jq -r --slurpfile footage "$root/fixtures/footage/footage.json" \
    --slurpfile catalogue "$root/fixtures/catalogue.json" '
      . as $titles | $footage[0].films[] | . as $film
      | ($catalogue[0].titles[] | select(.key == $film.titleKey)) as $entry
      | first($titles[] | select(.name == $entry.name and .year == $entry.year)) as $title
      | select($title.video == null) | [$film.file, $title.id] | @tsv' <<<"$titles")
  if ((${#wanted[@]} == 0)); then
    say 'All demonstration films play.'
    return
  fi

  local films="${#wanted[@]} demonstration films"
  if ((${#wanted[@]} == 1)); then films="one demonstration film"; fi
  step "Encoding $films"
  "$root/fixtures/footage/make" "${wanted[@]}" || fail 'the films could not be made'
  unfinished_jobs
  local index
  for ((index = 0; index < ${#wanted[@]}; index++)); do
    job=$(jq -r --arg title "${ids[index]}" 'first(.[] | select(.titleId == $title) | .id) // ""' <<<"$unfinished")
    if [[ -z $job ]]; then
      upload_film "$MATINEE_TOOLS/footage/${wanted[index]}"
      start_job "${ids[index]}" "$upload"
    fi
    jobs+=("$job")
  done
  await_jobs "$films" "${jobs[@]}" || fail 'not all demonstration films could be encoded'
  for title_id in "${ids[@]}"; do await_playable "$title_id"; done
}

# unfinished_jobs → unfinished: jobs an earlier, interrupted up began and that still run.
unfinished_jobs() {
  unfinished='[]'
  as_operator GET '/v1/studio/jobs?limit=100' || fail 'the gateway does not answer'
  [[ $api_status == 200 ]] || return 0
  unfinished=$(jq -c '[.items[] | select(.state == "queued" or .state == "running")]' \
    <<<"$api_body")
}

# simulate_demonstration: the first time, profiles with tastes watch for some seconds, and a little the demonstration's
# own, so that there is something to trend, to learn from and to recommend by. What fails here is told and tried again.
simulate_demonstration() {
  local done_file=$demonstration_folder/simulated lock gateway status
  if [[ -e $done_file ]] || ((simulated_profiles == 0)); then return 0; fi
  exec {lock}>"$run_folder/simulation.lock"
  # Another up is at it.
  flock -n "$lock" || { exec {lock}>&-; return 0; }
  step "Letting $simulated_profiles simulated profiles watch (once, for $simulation_seconds s at most)"
  gateway_address
  gateway=$REPLY
  timeout --signal=INT --kill-after=5 "$simulation_seconds" "$root/deploy/simulate" --address "$gateway" --quiet \
    --profiles "$simulated_profiles" --sessions 3 --watch-seconds 3 --pause 0.2 --viewer "$demonstration_folder/viewer.json"
  status=$?
  exec {lock}>&-
  # 124: the time was over; what was watched till then counts.
  if ((status != 0 && status != 124)); then
    warn 'the simulation did not succeed; the next up tries again'
    return 0
  fi
  : >"$done_file"
  say 'Home, its reasons and the page Taste now have something to go by. More of it: deploy/simulate'
}
