#!/usr/bin/env bash
# Builds the C++ peers under the target directory and times them.
# usage: cpp.sh TARGET_DIRECTORY [--quick]
#
# Boost.Signals2 is installed with apt (libboost-dev) where it is missing and that is possible. palacaze/sigslot is one
# header, which no package has: SIGSLOT_HPP names the file, and SIGSLOT_VERSION, if given, is what the report calls it.
# CXX names the compiler; by default it is g++. Prints lines of JSON; what cannot be measured is a line with the reason.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
target=$1
shift

skip() {
    printf '{"peer": "%s", "skipped": "%s"}\n' "$1" "$2"
    echo "skipped $1: $2" >&2
}

compiler=${CXX:-g++}
if ! command -v "$compiler" >/dev/null; then
    for peer in Boost.Signals2 sigslot; do skip "$peer" "no $compiler here"; done
    exit 0
fi

has_boost() { echo '#include <boost/signals2.hpp>' | "$compiler" -std=c++17 -E -x c++ - >/dev/null 2>&1; }

install_boost() {
    local as_root=
    command -v apt-get >/dev/null || return 1
    if [ "$(id -u)" -ne 0 ]; then
        sudo -n true 2>/dev/null || return 1
        as_root="sudo -n"
    fi
    $as_root apt-get install -y -q --no-install-recommends libboost-dev >&2 && return
    $as_root apt-get update -q >&2 && $as_root apt-get install -y -q --no-install-recommends libboost-dev >&2
}

flags=()
if has_boost || { install_boost && has_boost; }; then
    flags+=(-DHAVE_BOOST)
else
    skip Boost.Signals2 "not installed: apt-get install libboost-dev"
fi
if [ -r "${SIGSLOT_HPP:-}" ]; then
    header=$(cd "$(dirname "$SIGSLOT_HPP")" && pwd)/$(basename "$SIGSLOT_HPP")
    flags+=(-DHAVE_SIGSLOT "-DSIGSLOT_HEADER=\"$header\"" "-DSIGSLOT_VERSION=\"${SIGSLOT_VERSION:-as given}\"")
else
    skip sigslot "its header is not at hand (SIGSLOT_HPP)"
fi

# Where there is one kind of callback in the whole program, as here, g++ guesses it and calls it directly. A program
# that has two gets nothing of that, and Rust does not do it: so neither the raw loop nor the peers may.
flags+=(-fno-devirtualize -fno-devirtualize-speculatively)

mkdir -p "$target/peers"
"$compiler" -std=c++17 -O3 -DNDEBUG -Wall -Wextra "${flags[@]}" -pthread "$here/peers.cpp" -o "$target/peers/cpp" >&2
exec "$target/peers/cpp" "$@"
