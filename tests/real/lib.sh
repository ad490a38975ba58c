# shellcheck shell=bash disable=SC2034
# Shared by the scripts beside it; sourced, never run.
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
cache=${EVID_REAL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/evid-real}
platform=${EVID_REAL_PLATFORM:-$here/../../samples/platform}
if [[ -d $platform ]]; then platform=$(cd -- "$platform" && pwd); fi

KUBE_VERSION=v1.36.3
NODES=(cp-1=172.18.0.11 worker-1=172.18.0.12 worker-2=172.18.0.13)
API_IP=172.18.0.10
GIT_IP=172.18.0.20

die() { echo "error: $*" >&2; exit 1; }
say() { printf '%s %s\n' "$(date -u +%H:%M:%S)" "$*" >&2; }

# The folder of one set's binaries. It is named by the pins that decide their content: new pins, new folder.
set_dir() {
  local sum
  sum=$(cat "$here/$1/go.mod" "$here/$1/go.sum" | sha256sum)
  echo "$cache/${sum:0:16}"
}

container_ports() { # the ports that the containers of a platform's manifests name
  grep -rhoE 'containerPort: *[0-9]+' "$1" 2>/dev/null | grep -oE '[0-9]+$' | sort -nu || true
}

# The state folder of the running cluster: $EVID_REAL_STATE, else the one that `up` started last.
find_state() {
  STATE=${EVID_REAL_STATE:-}
  if [[ -z $STATE && -f $cache/current ]]; then STATE=$(<"$cache/current"); fi
  [[ -n $STATE && -d $STATE ]] || die "no cluster: run up, or set EVID_REAL_STATE"
}

started_at() { # the kernel's start time of a pid: tells a recorded process from a later one with the same number
  local stat
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
  stat=${stat##*) }
  set -- $stat
  echo "${20}"
}

alive() { # is the process recorded under this name still that process?
  local pid start
  [[ -f $STATE/pids/$1 ]] || return 1
  read -r pid start <"$STATE/pids/$1"
  [[ $(started_at "$pid") == "$start" ]]
}

record() { echo "$2 $(started_at "$2")" >"$STATE/pids/$1"; }

inside() { # run a command in the cluster's network and mount namespaces, in the same folder
  local pid
  alive netns || die "the cluster in $STATE is not running"
  read -r pid _ <"$STATE/pids/netns"
  nsenter -t "$pid" -n -m --wdns="$PWD" -- "$@"
}

start() { # start NAME COMMAND...: in the namespaces, in the background, pid recorded, output in log/NAME.log
  local name=$1 pid
  shift
  read -r pid _ <"$STATE/pids/netns"
  setsid nsenter -t "$pid" -n -m --wdns="$STATE" -- "$@" >"$STATE/log/$name.log" 2>&1 </dev/null &
  record "$name" $!
  disown
}

wait_for() { # wait_for SECONDS WHAT COMMAND...
  local limit=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < limit)) || { say "gave up waiting for $what"; return 1; }
    sleep 0.3
  done
}
