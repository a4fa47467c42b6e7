#!/usr/bin/env bash
# All checks of the crate, as CI runs them: bash tests/run.sh
#
# Needs Rust (cargo, and rustup if rustfmt or clippy have yet to be installed) and nothing else; one test more is run
# where it may be root, and it says if it installs iproute2 for that. Stops at the first step that fails and shows what
# that step printed. Honours CARGO_TARGET_DIR and CI=true.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec </dev/null

# The steps write to a file, so cargo cannot tell by itself whether somebody is looking.
if [ -z "${CARGO_TERM_COLOR:-}" ]; then
    if [ -t 1 ]; then CARGO_TERM_COLOR=always; else CARGO_TERM_COLOR=never; fi
    export CARGO_TERM_COLOR
fi
# A build from nothing gains nothing from what is kept for the next one.
if [ "${CI:-}" = true ]; then export CARGO_INCREMENTAL="${CARGO_INCREMENTAL:-0}"; fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
passed=0

# step NAME COMMAND..: runs the command, or ends the run.
step() {
    local name=$1 start=$SECONDS code=0
    shift
    printf '%s ... ' "$name"
    # Not `if (..)`: under a condition, bash would not stop at the first failing line of a step.
    set +e
    (set -euo pipefail; "$@") >"$log" 2>&1
    code=$?
    set -e
    if [ "$code" -ne 0 ]; then
        printf 'FAILED (%ss)\n\n' "$((SECONDS - start))"
        cat "$log"
        printf '\nFAILED: %s (exit code %s)\n\n%s passed, 1 failed\n' "$name" "$code" "$passed"
        exit 1
    fi
    printf 'ok (%ss)\n' "$((SECONDS - start))"
    passed=$((passed + 1))
}

# component NAME COMMAND: makes sure that `cargo COMMAND` is there.
component() {
    if cargo "$2" --version; then return; fi
    if command -v rustup && rustup component add "$1" && cargo "$2" --version; then return; fi
    echo "missing: $1 (cargo $2). Install it, with rustup: rustup component add $1"
    return 1
}

tools() {
    cargo --version
    component rustfmt fmt
    component clippy clippy
}

# All features but `default`, a line each. The package's `features` are the only ones that are an object.
features() {
    cargo metadata --no-deps --format-version 1 \
        | grep -o '"features":{[^}]*}' | grep -o '"[^":]*":\[' | tr -d '":[' | grep -vx default
}

# All examples but census, which has steps of its own.
examples() {
    local path
    for path in examples/*.rs examples/*/main.rs; do
        if [ ! -e "$path" ]; then continue; fi
        path=${path%/main.rs}
        basename "$path" .rs
    done | grep -vx census
}

# Each has to end by itself; where there is a `timeout`, one that hangs is an error and not a riddle.
example() {
    local limit=
    if command -v timeout >/dev/null; then limit="timeout 300"; fi
    $limit cargo run --all-features "$@"
}

# tree_without CRATES ARGUMENTS..: none of the crates, nor a relative of theirs, is a dependency of the library.
tree_without() {
    local crates=$1 tree
    shift
    tree=$(cargo tree --edges normal --target all --prefix none "$@")
    echo "$tree"
    case "$tree" in "fanfare v"*) ;; *) return 1 ;; esac
    if grep -E "^($crates)[ -]" <<<"$tree"; then
        echo "these must not be dependencies here"
        return 1
    fi
}

# Runs as root: by sudo where somebody else runs this.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

# Why no network can be cut here, or nothing.
uncut() {
    if [ "$(uname)" != Linux ]; then
        echo "needs Linux"
    elif ! as_root true 2>/dev/null; then
        echo "needs root, or sudo without a password"
    elif command -v ip >/dev/null; then
        # It may be that not even root may: in a container, say.
        local probe="fanfare-probe-$$"
        if as_root ip netns add "$probe" 2>/dev/null; then
            as_root ip netns del "$probe"
        else
            echo "network namespaces are not permitted here"
        fi
    elif ! command -v apt-get >/dev/null; then
        echo "needs ip, of iproute2"
    fi
}

# The test itself needs root, and not what builds it.
cut_network() {
    local program
    program=$(CARGO_TERM_COLOR=never cargo test --all-features --test net_faults --no-run 2>&1 \
        | tee -a /dev/stderr | sed -n 's/^ *Executable .*(\(.*\))$/\1/p')
    as_root "$program" --ignored --exact cut::both_sides_find_out_and_come_back --nocapture
}

doc() { RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --all-features; }

package() {
    cargo package --allow-dirty
    # The packaged sources were compiled, too.
    grep -q Verifying "$log"
}

clippy() { cargo clippy --all-targets "$@" -- -D warnings; }

step "tools" tools
step "manifest" features
names=$(features)

step "format" cargo fmt --check -- --color "$CARGO_TERM_COLOR"
step "dependencies: no tokio by default" tree_without tokio
step "dependencies: no runtime without features" tree_without 'smol|tokio' --no-default-features

# Development dependencies lend their features to whatever is compiled beside them. Only the library alone shows
# whether a feature brings all that it needs.
step "library: no features" cargo check --lib --no-default-features
for name in $names; do
    step "library: $name" cargo check --lib --no-default-features --features "$name"
done

step "clippy: no features" clippy --no-default-features
for name in $names; do
    step "clippy: $name" clippy --no-default-features --features "$name"
done
step "clippy: default features" clippy
step "clippy: all features" clippy --all-features

step "documentation" doc
step "tests: default features" cargo test
step "tests: all features" cargo test --all-features

why=$(uncut)
if [ -z "$why" ] && ! command -v ip >/dev/null; then
    step "install iproute2, for ip" as_root apt-get install -y iproute2
    why=$(uncut)
fi
if [ -z "$why" ]; then
    step "tests: a network that is cut" cut_network
else
    printf 'tests: a network that is cut ... skipped: %s\n' "$why"
fi

for name in $(examples); do
    step "example: $name" example --example "$name"
done
for name in smol tokio async-std; do
    step "example: census on $name" example --release --example census -- --runtime "$name" .
done

step "package" package

printf '\n%s passed, 0 failed\n' "$passed"
