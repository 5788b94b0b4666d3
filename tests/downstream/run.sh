#!/usr/bin/env bash
# Each seeded mistake has to be found by its model, and each mended program has to pass, within a minute each. One line per case.
set -uo pipefail
cd "$(dirname "$0")"
export RUSTFLAGS='--cfg loom' RUST_BACKTRACE=0 LOOM_MAX_PREEMPTIONS="${LOOM_MAX_PREEMPTIONS:-2}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
cargo test --release --quiet --no-run || exit 1

failed=0
# case, what its mistake is called
check() {
    local name=$1 mistake=$2 start=$SECONDS status=0
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
    failed=1
}

check deadlock::seeded 'deadlock; threads'
check deadlock::mended ''
check lost::seeded 'a message was lost'
check lost::mended ''
check order::seeded 'lines are out of order'
check order::mended ''
exit "$failed"
