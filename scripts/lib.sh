# Shared by the scripts of this folder. It is sourced; the working directory is the project's.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export PATH="$PWD/.venv/bin:$PATH:/usr/sbin:/sbin"

say() { printf '\033[1m→ %s\033[0m\n' "$*"; }
fail() { printf '\033[31m%s\033[0m\n' "$*" >&2; exit 1; }

# beside <command…>: run it beside what follows. The script ends after it, however that ends: package managers that are
# cut off leave half a package, or a lock.
steps=() ticker=
beside() {
  trap at_exit EXIT
  { steps=(); "$@"; } & steps+=($!) # who runs beside waits for none of the others
}

# End with a step of these that has failed; with "all", when the others have ended too.
look_beside() {
  local step left=()
  for step in "${steps[@]}"; do
    if [[ ${1-} != all ]] && kill -0 "$step" 2>/dev/null; then left+=("$step"); else wait "$step"; fi
  done
  steps=("${left[@]}")
}

at_exit() {
  [[ -z $ticker ]] || kill "$ticker" 2>/dev/null || true
  ((${#steps[@]} == 0)) || { say "Waiting for what runs beside" && wait "${steps[@]}" || true; }
}

# once <stamp> <inputs…> -- <command…>: run the command unless it succeeded before with the same inputs.
# The stamp lies in the folder that the command makes, and goes with it. What is said is the command, or `doing`.
once() {
  local stamp=$1 inputs=() now
  shift
  while [[ $1 != -- ]]; do inputs+=("$1"); shift; done
  shift
  now=$(digest "${inputs[@]}")
  [[ -f $stamp && $(<"$stamp") == "$now" ]] && return
  say "${doing:-$*}"
  ticking "${doing:-$*}" & ticker=$!
  trap at_exit EXIT # here, for a step beside others has a shell of its own
  "$@"
  kill "$ticker" 2>/dev/null || true
  ticker=
  printf '%s' "$now" >"$stamp"
}

# Nobody shall wonder for minutes whether anything goes on: package managers that write into no terminal say nothing.
ticking() {
  local begun=$SECONDS
  while sleep 15 &>/dev/null; do echo "  … $((SECONDS - begun)) s: $1"; done
}

# One checksum of all files below the given paths.
digest() { find "$@" -type f -not -name '*.pyc' -print0 | sort -z | xargs -0 sha256sum | sha256sum; }

# What the tests in the browser are run by. Also for lint: it looks at what they import.
install_browser_tests() {
  (cd ui-tests && doing="What tests in a browser need, from npm" once node_modules/.installed package.json yarn.lock -- jlpm install --immutable)
}

# may_apt <what for> <packages…>: where Debian packages cannot be installed from here, say what to do.
may_apt() {
  command -v apt-get >/dev/null || fail "For $1, install (here named as in Debian): ${*:2}"
  # Asked for its password now, for apt may run beside something else.
  ((EUID == 0)) || sudo -n true 2>/dev/null || sudo -v 2>/dev/null || fail "For $1, let an administrator run: apt-get install ${*:2}"
}

# apt_install <what for> <packages…>: install Debian packages, or say what to do.
apt_install() {
  local purpose=$1 root=()
  may_apt "$@"
  shift
  ((EUID == 0)) || root=(sudo)
  say "$purpose: apt-get install $*"
  "${root[@]}" apt-get update -qq
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}
