#!/usr/bin/env bash
# Futures of every kind on tokio, smol and futures, dropped in every state. RENDEZ_STRESS says how many of each kind on each executor.
set -euo pipefail
cd "$(dirname "$0")"
cargo test --release --quiet "$@"
