# shellcheck shell=bash
# Building. One spelling of the flags everywhere: another would build everything again.

build_flags=(--explicit-target-dependency-import-check error)

ensure_swift() {
  local version
  command -v swift >/dev/null \
    || fail "no swift on the PATH: a Swift 6.1 or later toolchain is wanted (https://www.swift.org/install)"
  version=$(swift --version 2>/dev/null)
  [[ $version =~ Swift\ version\ ([0-9]+)\.([0-9]+) ]] || fail "swift --version says nothing that is understood"
  ((BASH_REMATCH[1] * 100 + BASH_REMATCH[2] >= 601)) \
    || fail "Swift 6.1 or later is wanted; this is ${BASH_REMATCH[1]}.${BASH_REMATCH[2]}"
}

# ensure_release_build: builds if any source is newer than the last build that ended well. SwiftPM alone takes
# seconds to find out that it has nothing to do.
ensure_release_build() {
  local stamp=$root/.build/release.stamp begun
  if [[ -x $binary && -f $stamp ]] \
    && [[ -z $(find "$root/Sources" "$root/Package.swift" -newer "$stamp" -print -quit) ]]; then
    return
  fi
  ensure_swift
  step "Building in release mode (some minutes the first time)"
  mkdir -p "$root/.build"
  begun=$(mktemp "$root/.build/begun.XXXXXX")
  if ! (umask 022 && cd "$root" && swift build -c release "${build_flags[@]}" --product matinee); then
    rm -f "$begun"
    fail "the build failed"
  fi
  mv -f "$begun" "$stamp"
}
