# shellcheck shell=bash
# Ports for a stack of a test's own.

# free_base → REPLY: the first of forty ports in a row that nobody listens on.
free_base() {
  local base port
  for ((base = 21000 + RANDOM % 20 * 100; base < 32000; base += 100)); do
    for ((port = base; port < base + 40; port++)); do
      if { : <"/dev/tcp/127.0.0.1/$port"; } 2>/dev/null; then continue 2; fi
    done
    REPLY=$base
    return
  done
}
