# shellcheck shell=bash
# A film file, uploaded with tus 1.0 (https://tus.io): whatever breaks meanwhile, the connection, the gateway, encoding,
# it goes on from the last byte that arrived.

# How long nothing may arrive before it is given up.
upload_patience_seconds=${upload_patience_seconds:-120}

# upload_film FILE → upload: the id of the upload.
upload_film() {
  local file=$1 bytes offset=0 best=0 heard=$SECONDS sender sending answer
  bytes=$(stat -L -c %s -- "$file") || fail "$file cannot be read"
  begin_upload "$file" "$bytes"
  # On a socket or a file system a curl may outlive us: not this one.
  trap '[[ -z ${sender:-} ]] || kill "$sender" 2>/dev/null' EXIT
  while :; do
    upload_offset || { pause 0.5; wait_more "$file"; continue; }
    offset=$REPLY
    ((offset < bytes)) || break
    answer=$(mktemp)
    # A token lives some minutes and one request may take longer: each begins with a fresh one.
    log_in_again || { rm -f "$answer"; pause 0.5; wait_more "$file"; continue; }
    send_rest "$file" "$offset" >"$answer" 2>/dev/null &
    sender=$!
    while kill -0 "$sender" 2>/dev/null; do
      pause 0.3
      look_at_upload || continue
      progress $((REPLY * 100 / bytes)) "uploading ${file##*/}"
      if ((REPLY > best)); then best=$REPLY heard=$SECONDS; fi
    done
    wait "$sender" || true
    sender=''
    sending=$(<"$answer")
    rm -f "$answer"
    case ${sending##*$'\n'} in
      # The connection broke, or what answers is on its way up, or someone else went on meanwhile: asked again.
      2?? | 000 | 401 | 408 | 409 | 429 | 5??) ;;
      *)
        api_status=${sending##*$'\n'} api_body=${sending%$'\n'*}
        problem_text
        fail "the upload of $file was refused: $REPLY"
        ;;
    esac
    if [[ ${sending##*$'\n'} == 507 ]]; then fail "the upload of $file stopped: no space is left"; fi
    [[ ${sending##*$'\n'} == 2?? ]] || { pause 0.5; wait_more "$file"; }
  done
  trap - EXIT
  progress 100 "uploading ${file##*/}"
  progress_end
}

# wait_more FILE: gives up when nothing has arrived for too long. Reads heard of the caller.
wait_more() {
  ((SECONDS - heard < upload_patience_seconds)) \
    || fail "the upload of $1 stopped: nothing arrived for $upload_patience_seconds s; see deploy/stack status"
}

# begin_upload FILE BYTES → upload
begin_upload() {
  local gateway name answer tries=0 key
  name=$(printf '%s' "${1##*/}" | base64 -w 0)
  gateway_address
  gateway=$REPLY
  # Under one key a repeated beginning is the same upload.
  key=$(<"/proc/sys/kernel/random/uuid")
  while :; do
    log_in_as_operator
    answer=$(
      curl --silent --show-error --max-time 30 --config <(authorization) --request POST --data '' \
        --header 'content-type:' --header 'tus-resumable: 1.0.0' --header "upload-length: $2" \
        --header "upload-metadata: filename $name" --header "idempotency-key: $key" \
        --dump-header - --write-out '\n%{http_code}' "$gateway/v1/studio/uploads" 2>/dev/null
    ) || true
    api_status=${answer##*$'\n'}
    case $api_status in
      201) break ;;
      503 | 504 | 000 | '') ;;
      *)
        api_body=${answer#*$'\r\n\r\n'} api_body=${api_body%$'\n'*}
        problem_text
        fail "the upload of $1 was refused: $REPLY"
        ;;
    esac
    tries=$((tries + 1))
    ((tries < 60)) || fail "the upload of $1 cannot begin: the gateway does not answer"
    pause 0.5
  done
  upload=$(sed -n 's/^[Ll]ocation: *//p' <<<"$answer" | tr -d '\r')
  upload=${upload##*/}
  [[ -n $upload ]] || fail "the upload of $1 has no address"
}

# log_in_again: like log_in_as_operator, but 1 where nobody answers.
log_in_again() {
  local file=$demonstration_folder/operator.json
  log_in "$(jq -r .email "$file")" "$(jq -r .password "$file")" 2>/dev/null
}

# send_rest FILE OFFSET: what the file has from there on, in one request; prints the answer and its status.
send_rest() {
  local gateway
  gateway_address
  gateway=$REPLY
  exec curl --silent --config <(authorization) --request PATCH --upload-file "$1" --continue-at "$2" \
    --header 'tus-resumable: 1.0.0' --header "upload-offset: $2" --header 'expect:' --header 'content-range:' \
    --header 'content-type: application/offset+octet-stream' --write-out '\n%{http_code}' \
    "$gateway/v1/studio/uploads/$upload"
}

# upload_offset → REPLY: from where to go on (HEAD: a connection that is still held for dead is let go); 1 if unknown.
upload_offset() {
  local gateway answer
  gateway_address
  gateway=$REPLY
  log_in_again || return 1
  answer=$(
    curl --silent --max-time 30 --config <(authorization) --head --header 'tus-resumable: 1.0.0' \
      --write-out '\n%{http_code}' "$gateway/v1/studio/uploads/$upload"
  ) || return 1
  case ${answer##*$'\n'} in
    200) ;;
    404) fail "the upload $upload is not there any more" ;;
    *) return 1 ;;
  esac
  REPLY=$(sed -n 's/^[Uu]pload-[Oo]ffset: *//p' <<<"$answer" | tr -d '\r')
  [[ -n $REPLY ]]
}

# look_at_upload → REPLY: how much has arrived, without disturbing who sends; 1 if unknown.
look_at_upload() {
  api GET "/v1/studio/uploads/$upload" 2>/dev/null || return 1
  [[ $api_status == 200 ]] || return 1
  REPLY=$(jq -r .offsetBytes <<<"$api_body")
}
