#!/usr/bin/env bash
# Installs the Python peers into an environment under the target directory and times them.
# usage: python.sh TARGET_DIRECTORY [--quick]
#
# PEER_PYTHON names the interpreter; by default it is python3. asyncio_dispatch runs as it is on Python 3.8 and older, and
# patched on newer ones (see dispatch.py). Prints lines of JSON; what cannot be measured is a line with the reason.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
target=$1
shift

skip() {
    for peer in blinker aiopubsub asyncio_dispatch iambus; do
        printf '{"peer": "%s", "skipped": "%s"}\n' "$peer" "$1"
    done
    echo "skipped the Python peers: $1" >&2
    exit 0
}

python=${PEER_PYTHON:-python3}
command -v "$python" >/dev/null || skip "no $python here"
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])') || skip "$python does not run"

environment=$target/peers/python-$version
if [ ! -e "$environment/ready" ]; then
    rm -rf "$environment"
    mkdir -p "$environment"
    "$python" -m venv "$environment" >&2 || skip "no venv in this Python"
    "$environment/bin/pip" install --quiet --disable-pip-version-check \
        asyncio_dispatch==1.1.0 aiopubsub blinker iambus >&2 || skip "pip could not install them"
    touch "$environment/ready"
fi

cd "$here"
# Python keeps what it compiled beside the sources: not there.
PYTHONDONTWRITEBYTECODE=1 exec "$environment/bin/python" peers.py "$@"
