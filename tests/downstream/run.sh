#!/usr/bin/env bash
# Each seeded mistake has to be found by its model, and each mended program has to pass, within a minute each. One line per case. Then the same
# with coarse models, which find all outcomes of small programs, and a mistake in one that is too large to be explored in full detail.
set -uo pipefail
cd "$(dirname "$0")"
export RUST_BACKTRACE=0 LOOM_MAX_PREEMPTIONS="${LOOM_MAX_PREEMPTIONS:-2}"

failed=0
# how fine the models are, as flags and in a word, by how many preemptions outcomes are looked for, and where the model checker may be built already
build() {
    export RUSTFLAGS=$1 CARGO_TARGET_DIR=$4
    preemptions=$3
    echo "$2:"
    cargo test --release --quiet --no-run || exit 1
}

# case, what its mistake is called, by how many preemptions it is looked for
check() {
    local name=$1 mistake=$2 start=$SECONDS status=0
    log=$(mktemp)
    trap 'rm -f "$log"' EXIT
    export LOOM_MAX_PREEMPTIONS=$3
    timeout 60 cargo test --release --quiet -- --exact "$name" > "$log" 2>&1 || status=$?
    if [ "$status" = 124 ]; then
        echo "$name: not done after 60 s"
    elif [ -n "$mistake" ] && [ "$status" != 0 ] && grep -qF "$mistake" "$log"; then
        echo "$name: found ($mistake) in $((SECONDS - start)) s"
        return
    elif [ -z "$mistake" ] && [ "$status" = 0 ] && grep -q '^test result: ok. 1 passed' "$log"; then
        echo "$name: passed in $((SECONDS - start)) s"
        return
    else
        echo "$name: UNEXPECTED (status $status)"
        tail -n 20 "$log"
    fi
    return 1
}
export -f check

# Pairs of a case and its mistake; two cases at a time.
checks() {
    printf '%s\0' "$@" | xargs -0 -n 2 -P 2 bash -c 'check "$2" "$3" "$1"' _ "$LOOM_MAX_PREEMPTIONS" || failed=1
}

outcomes() {
    for of in "$@"; do printf 'outcomes::of_%s\0\0' "$of"; done | xargs -0 -n 2 -P 2 bash -c 'check "$2" "$3" "$1"' _ "$preemptions" || failed=1
}

all() {
    checks deadlock::seeded 'deadlock; threads' deadlock::mended '' lost::seeded 'a message was lost' lost::mended '' \
        order::seeded 'lines are out of order' order::mended '' race::seeded 'Causality violation' race::mended ''
    outcomes attempts timeouts closing a_task upgrading draining retrying beats sharing_a_timer "$@"
}

build '--cfg loom' fine 2 ../../target/loom
all
build '--cfg loom --cfg rendez_coarse' coarse 3 target/coarse
all two_receivers a_select
checks pipeline::seeded 'a message was lost' pipeline::mended ''
exit "$failed"
