# shellcheck shell=bash
# What the person at the terminal reads.

say() { printf '%s\n' "$*"; }

step() { printf '\n== %s\n' "$*"; }

warn() { printf 'deploy: %s\n' "$*" >&2; }

fail() {
  warn "$*"
  exit 1
}

# now_milliseconds → REPLY, without starting a process.
now_milliseconds() {
  local time=${EPOCHREALTIME/[.,]/}
  REPLY=${time%???}
}

# seconds_text MILLISECONDS → REPLY, e.g. 1.25.
seconds_text() {
  printf -v REPLY '%d.%02d' $(($1 / 1000)) $(($1 % 1000 / 10))
}

# clock_text SECONDS → REPLY, e.g. 1:05 or 1:01:05.
clock_text() {
  if (($1 < 3600)); then
    printf -v REPLY '%d:%02d' $(($1 / 60)) $(($1 % 60))
  else
    printf -v REPLY '%d:%02d:%02d' $(($1 / 3600)) $(($1 / 60 % 60)) $(($1 % 60))
  fi
}

# A pipe nobody writes to: reading it with a time limit is a sleep that starts no process.
exec {silent_pipe}<> <(:)

# pause SECONDS
pause() {
  read -r -t "$1" -u "$silent_pipe" _ || true
}

# progress PERCENT TEXT: one line redrawn on a terminal, a line for each tenth elsewhere.
progress_tenth=-1
progress() {
  local percent=$1 text=$2 filled bar
  if [[ -t 1 ]]; then
    filled=$((percent * 30 / 100))
    printf -v bar '%*s' "$filled" ''
    printf '\r\e[K[%-30s] %3d %%  %s' "${bar// /#}" "$percent" "$text"
  elif ((percent / 10 != progress_tenth)); then
    progress_tenth=$((percent / 10))
    printf '%3d %%  %s\n' "$percent" "$text"
  fi
}

# progress_note TEXT: a line above the one that is redrawn.
progress_note() {
  if [[ -t 1 ]]; then printf '\r\e[K'; fi
  say "$1"
}

# progress_end: leave the line standing.
progress_end() {
  progress_tenth=-1
  if [[ -t 1 ]]; then printf '\n'; fi
}
