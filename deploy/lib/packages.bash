# shellcheck shell=bash
# System packages: what is missing is named, then installed where that can be done.

# Everything to build and run: libraries of the build; ffmpeg in bubblewrap for encoding; curl and jq for the
# public API; python3-cryptography to encrypt films with aes128; espeak-ng and a font for the generated films.
run_packages=(
  libsqlite3-dev libcurl4-openssl-dev libsodium-dev libopenblas-dev liblapacke-dev pkg-config
  ffmpeg bubblewrap util-linux python3-cryptography
  git curl ca-certificates jq unzip
  espeak-ng fonts-dejavu-core
)
# What only fetching wheels needs, and what only the tests need.
fetch_packages=(python3-minimal python3-pip)
test_packages=(chromium prometheus python3-venv shellcheck)

is_debian() {
  local ID='' ID_LIKE=''
  # shellcheck disable=SC1091
  if [[ -r /etc/os-release ]]; then source /etc/os-release; fi
  [[ " $ID $ID_LIKE " =~ \ (debian|ubuntu)\  ]] && command -v dpkg-query >/dev/null
}

# missing_packages NAME… → missing[]
missing_packages() {
  local installed name
  installed=$(dpkg-query -W -f '${db:Status-Abbrev}${Package}\n' "$@" 2>/dev/null)
  missing=()
  for name in "$@"; do
    [[ $'\n'$installed$'\n' == *$'\n'"ii $name"$'\n'* ]] || missing+=("$name")
  done
}

# ensure_packages NAME…: names and installs the missing ones.
ensure_packages() {
  local missing as_root=()
  if ! is_debian; then
    ensure_by_looking "$@"
    return
  fi
  missing_packages "$@"
  ((${#missing[@]})) || return 0
  say "Missing Debian packages: ${missing[*]}"
  if ((EUID != 0)); then
    command -v sudo >/dev/null \
      || fail "install them as root, then run this again: apt-get install ${missing[*]}"
    as_root=(sudo)
  fi
  say "Installing them with apt-get."
  run_quietly packages "${as_root[@]}" apt-get update \
    || warn "apt-get update failed; trying with the lists at hand"
  run_quietly packages "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install --yes --no-install-recommends "${missing[@]}" \
    || fail "apt-get could not install them; $log_folder/packages.log says why"
}

# On another system nothing is installed, only looked for.
ensure_by_looking() {
  local absent=() library tool
  for library in sqlite3 libcurl libsodium openblas lapacke; do
    pkg-config --exists "$library" 2>/dev/null || absent+=("$library (with headers)")
  done
  for tool in pkg-config ffmpeg ffprobe bwrap prlimit flock setsid curl jq unzip espeak-ng python3; do
    command -v "$tool" >/dev/null || absent+=("$tool")
  done
  ((${#absent[@]})) || return 0
  warn "this is no Debian or Ubuntu: please install, under the names your system has for them:"
  printf '  %s\n' "${absent[@]}" >&2
  warn "on Debian they are: $*"
  exit 1
}

# run_quietly NAME COMMAND…: output to a log; shown only if it fails.
run_quietly() {
  local log=$log_folder/$1.log
  shift
  mkdir -p "$log_folder"
  printf '%s\n' "+ $*" >>"$log"
  # What is installed is for everyone on the machine, whatever this script keeps to its user.
  if ! (umask 022 && "$@") >>"$log" 2>&1 </dev/null; then
    tail -n 15 "$log" >&2
    return 1
  fi
}
