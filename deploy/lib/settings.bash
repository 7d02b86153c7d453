# shellcheck shell=bash
# Where things are and which process listens where. Everything here can be set from the environment.

root=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd)

# Everything the stack keeps: databases, media, secrets, logs, pid files. `down` leaves it alone.
export MATINEE_HOME=${MATINEE_HOME:-$root/.matinee}
# What is fetched once: the packager, the real clip, generated footage, the browser driver.
export MATINEE_TOOLS=${MATINEE_TOOLS:-$root/.matinee-tools}
# What is run, `BINARY SERVICE`. Set it to run something already built.
binary=${MATINEE_BINARY:-$root/.build/release/matinee}

run_folder=$MATINEE_HOME/run
log_folder=$MATINEE_HOME/log
demonstration_folder=$MATINEE_HOME/demonstration

# How long a service may drain after TERM before it is killed, in seconds.
stop_grace_seconds=${MATINEE_STOP_GRACE_SECONDS:-10}
# How long `up` waits for everything to be ready, in seconds.
ready_wait_seconds=${MATINEE_READY_WAIT_SECONDS:-60}
# How many profiles watch in the demonstration's first `up`, and for how long at most, in seconds.
simulated_profiles=${MATINEE_SIMULATED_PROFILES:-24}
simulation_seconds=${MATINEE_SIMULATION_SECONDS:-60}
# A log larger than this is set aside (one older copy is kept) when its service starts, in bytes.
export MATINEE_LOG_LIMIT_BYTES=${MATINEE_LOG_LIMIT_BYTES:-20000000}
# The most encoders one machine is asked to run.
encoder_limit=64

whole_number='^(0|[1-9][0-9]{0,3})$'
[[ $simulated_profiles =~ $whole_number ]] && ((simulated_profiles <= 100)) \
  || { printf 'deploy: MATINEE_SIMULATED_PROFILES must be 0 to 100\n' >&2; exit 2; }
[[ $simulation_seconds =~ $whole_number ]] && ((simulation_seconds >= 1)) \
  || { printf 'deploy: MATINEE_SIMULATION_SECONDS must be 1 to 9999\n' >&2; exit 2; }

# The gateway's port; the others keep their distance to it, so a second stack needs only another base.
port_base=${MATINEE_PORT_BASE:-8080}

# single_services[], port_distance[SERVICE]: what the file `services` lists.
single_services=()
declare -A port_distance=()
while read -r name distance; do
  [[ -n $name && $name != '#'* ]] || continue
  single_services+=("$name")
  port_distance[$name]=$distance
done <"$root/deploy/lib/services"
unset name distance

# port_of PROCESS → REPLY. A MATINEE_<SERVICE>_PORT in the environment wins over the base.
port_of() {
  local process=$1 variable
  if [[ $process == encoder-* ]]; then
    REPLY=$((port_base + 26 + ${process#encoder-}))
    return
  fi
  variable=MATINEE_${process^^}_PORT
  REPLY=${!variable:-$((port_base + port_distance[$process]))}
}

# service_of PROCESS → REPLY: the name the binary knows, `encoder` for `encoder-2`.
service_of() {
  REPLY=${1%-[0-9]*}
}

# encoder_count → REPLY: how many encoders this stack runs, as `scale` last said.
encoder_count() {
  REPLY=1
  if [[ -r $MATINEE_HOME/encoders ]]; then
    read -r REPLY <"$MATINEE_HOME/encoders" || REPLY=1
  fi
  [[ $REPLY =~ ^[0-9]+$ ]] && ((REPLY <= encoder_limit)) || REPLY=1
}

# all_processes → processes[]: every process that should run.
all_processes() {
  local count number
  processes=("${single_services[@]}")
  encoder_count
  count=$REPLY
  for ((number = 1; number <= count; number++)); do
    processes+=("encoder-$number")
  done
}

# is_process NAME: whether the stack could run a process of that name.
is_process() {
  local each
  [[ $1 =~ ^encoder-[1-9][0-9]?$ ]] && return 0
  for each in "${single_services[@]}"; do
    [[ $1 == "$each" ]] && return 0
  done
  return 1
}

# Where each service listens and where the others find it.
export_ports() {
  local service
  for service in "${single_services[@]}"; do
    port_of "$service"
    export "MATINEE_${service^^}_PORT=$REPLY" "MATINEE_${service^^}_URL=http://127.0.0.1:$REPLY"
  done
  port_of encoder-1
  export MATINEE_ENCODER_PORT=$REPLY
  # Everybody who tries a stack on one machine comes from one address.
  export MATINEE_ACCOUNTS_SIGN_UPS_PER_ADDRESS=${MATINEE_ACCOUNTS_SIGN_UPS_PER_ADDRESS:-1000}
  export MATINEE_ACCOUNTS_OPERATOR_FILE=$demonstration_folder/operator.json
}

gateway_address() {
  port_of gateway
  REPLY=http://127.0.0.1:$REPLY
}
