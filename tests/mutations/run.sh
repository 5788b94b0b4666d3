#!/usr/bin/env bash
# Breaks the source in one place after another, and says whether the model or test that is named for it notices.
#
#   tests/mutations/run.sh                 all
#   tests/mutations/run.sh lock.rs         those with this in their file, snippet or model
#   tests/mutations/run.sh --sample 4      so many, chosen by RENDEZ_SEED or, without it, by the commit: by an odd one of those that models catch, else of
#                                          those that tests do, as what is built for the one is of no use for the other
#   tests/mutations/run.sh --shard 2/3     the second of three parts, each of which has a tree of its own and may run beside the others
#   tests/mutations/run.sh --list          shows them, and checks that each still matches, and that each model catches one
#   tests/mutations/run.sh --models        shows the loom models, each with the race that it is about
#
# The lists are the text files beside this script, in paragraphs. `old` is what stands in `file` exactly once; of several lines each has an `old`
# of its own. `caught-by` names a loom model, `caught-by-test` a test target (or lib) and a test. With `equivalent` instead, nothing can notice,
# for the reason given.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
limit=${RENDEZ_LOOM_SECONDS:-60}

fail() {
    echo "$1" >&2
    exit 1
}

# The lists as arrays, one entry for each mutation.
files=() olds=() news=() models=() tests=() reasons=()
read_list() {
    local line file='' old='' new='' model='' test='' reason='' has_old='' has_new=''
    while IFS= read -r line || [ -n "$line" ]; do
        case $line in
        'file: '*) file=${line#file: } ;;
        'old: '* | old:) old+=${has_old:+$'\n'}${line#old:} has_old=1 ;;
        'new: '* | new:) new+=${has_new:+$'\n'}${line#new:} has_new=1 ;;
        'caught-by: '*) model=${line#caught-by: } ;;
        'caught-by-test: '*) test=${line#caught-by-test: } ;;
        'equivalent: '*) reason=${line#equivalent: } ;;
        '#'*) ;;
        '')
            if [ -n "$file" ]; then
                [ -n "$has_old" ] && [ -n "$has_new" ] && [ -n "$model$test$reason" ] || fail "$1: incomplete: $file: $old"
                # One blank separates the name from the text.
                files+=("$file") olds+=("$(unblank "$old")") news+=("$(unblank "$new")")
                models+=("$model") tests+=("$test") reasons+=("$reason")
            fi
            file='' old='' new='' model='' test='' reason='' has_old='' has_new=''
            ;;
        *) fail "$1: what is this: $line" ;;
        esac
    done < <(cat "$1" && echo)
}

unblank() {
    local text=${1# }
    printf '%s' "${text//$'\n '/$'\n'}"
}

# The file with the mutation in it, on standard output. (Not by patterns of the shell: for all of them those take 40 s, this takes 3.)
mutate() {
    OLD=$2 NEW=$3 LC_ALL=C awk '
        BEGIN { RS = "\001"; old = ENVIRON["OLD"] } # no such character is in a source: so all of it is one record
        function ends(why) { print FILENAME ": " why ": " old > "/dev/stderr"; exit 1 }
        {
            at = index($0, old)
            if (!at) ends("not there")
            after = substr($0, at + length(old))
            if (index(after, old)) ends("more than once")
            printf "%s%s%s", substr($0, 1, at - 1), ENVIRON["NEW"], after
        }
    ' "$1"
}

check_all() {
    local i stale=0
    for i in "${!files[@]}"; do
        mutate "${files[i]}" "${olds[i]}" "${news[i]}" >/dev/null || stale=1
    done
    [ $stale = 0 ] || fail "the lists do not fit the source"
    local idle
    idle=$(loom_models | sort -u | comm -23 - <(printf '%s\n' "${models[@]}" | sort -u))
    [ -z "$idle" ] || fail "models that no mutation breaks prove nothing: ${idle//$'\n'/ }"
}

# All loom models: file, name, and what is said of it.
describe_models() {
    find src -name models.rs -o -path '*/models/*.rs' | LC_ALL=C sort | xargs awk '
        /^ *\/\/\/ / { sub(/^ *\/\/\/ /, ""); text = text (text ? " " : "") $0; next }
        /#\[test\]/ { test = 1; next }
        test && match($0, /fn [a-z0-9_]+/) { print FILENAME "\t" substr($0, RSTART + 3, RLENGTH - 3) "\t" text }
        { test = 0; text = "" }
    '
}

loom_models() {
    describe_models | cut -f2
}

# Builds the tree's tests; the names of what was built are in `built`. With "loom", inside the model checker. Where nothing else runs beside it, with the
# dependencies that other builds have made: the flags are the same for those.
build() {
    local flags=() env=() target=$root/target
    [ "$1" = loom ] && env=(RUSTFLAGS='--cfg loom') flags=(--lib) target+=/loom
    [ "$shards" = 1 ] || target=$work/$1
    (
        cd "$tree"
        env "${env[@]}" CARGO_INCREMENTAL=1 cargo test --release --no-run --target-dir "$target" "${flags[@]}" "${@:2}" \
            --config profile.release.opt-level=0 --config 'profile.release.package."*".opt-level=3' 2>&1
    ) >"$work/$1.log" || return 1
    built=$(sed -n 's/^ *Executable .*(\(.*\))$/\1/p' "$work/$1.log" | awk 'NR == 1')
    case $built in /*) ;; *) built=$tree/$built ;; esac
}

# Runs what is named for mutation $1 in the tree as it is: 0 passed, 1 failed, 2 did not build, 3 passed as far as it got in its time, 4 hung.
try() {
    local name target
    if [ -n "${models[$1]}" ]; then
        build loom || return 2
        target=loom name=${models[$1]}
    else
        read -r target name <<<"${tests[$1]}"
        case $target in lib) build plain --lib ;; *) build plain --test "$target" ;; esac || return 2
    fi
    local path
    path=$("$built" --list 2>/dev/null | sed -n "s/^\(\(.*::\)\{0,1\}$name\): test$/\1/p")
    [ "$(wc -w <<<"$path")" = 1 ] || fail "not one test of this name: $name"
    local status=0
    (cd "$tree" && RENDEZ_LOOM_SECONDS=$limit timeout $((limit * 3)) "$built" --exact "$path" --nocapture >"$work/run.log" 2>&1) 2>/dev/null || status=$?
    case $status in
    0) ! grep -q INCOMPLETE "$work/run.log" || return 3 ;;
    124) return 4 ;;
    *) return 1 ;;
    esac
}

# A tree that differs from the source in nothing.
copy() {
    mkdir -p "$tree"
    for part in Cargo.toml Cargo.lock README.md src tests examples benches; do
        [ -e "$root/$part" ] && update "$part"
    done
}

# Copies what differs, so that only that is built again, and takes out what is no longer there.
update() {
    local path
    [ ! -d "$tree/$1" ] || (cd "$tree" && find "$1" -type f) | while IFS= read -r path; do
        [ -e "$root/$path" ] || rm "$tree/$path"
    done
    (cd "$root" && find "$1" -name target -prune -o -type f -print) | while IFS= read -r path; do
        mkdir -p "$tree/$(dirname "$path")"
        cmp -s "$root/$path" "$tree/$path" || cp "$root/$path" "$tree/$path"
    done
}

# Chooses $1 of the indices on standard input. All of it is read: who writes into a closed pipe fails, now and then, and the whole run with it.
sample() {
    awk -v n="$1" -v seed="$seed" 'BEGIN { srand(seed) } { print rand() "\t" $0 }' | sort -n | awk -F"\t" -v n="$1" 'NR <= n { print $2 }' | sort -n
}

for list in tests/mutations/*.txt; do read_list "$list"; done
pattern='' count='' shard=1 shards=1
while [ $# -gt 0 ]; do
    case $1 in
    --list)
        check_all
        for i in "${!files[@]}"; do
            printf '%s\n    - %s\n    + %s\n    %s\n' "${files[i]}" "${olds[i]}" "${news[i]}" "${models[i]}${tests[i]}${reasons[i]:+equivalent: ${reasons[i]}}"
        done
        exit
        ;;
    --models)
        describe_models
        exit
        ;;
    --sample) count=$2 && shift ;;
    --shard) shard=${2%/*} shards=${2#*/} && shift ;;
    *) pattern=$1 ;;
    esac
    shift
done
seed=${RENDEZ_SEED:-$((16#$(git rev-parse HEAD 2>/dev/null | cut -c1-6 || echo 1)))}
check_all

chosen=$(for i in "${!files[@]}"; do
    [ -z "${reasons[i]}" ] || continue
    case "${files[i]} ${olds[i]} ${models[i]} ${tests[i]}" in *"$pattern"*) echo "$i" ;; esac
done)
# What is named by the same model stays together.
[ "$shards" = 1 ] || chosen=$(for i in $chosen; do printf '%s\t%s\n' "${models[i]}${tests[i]}" "$i"; done | LC_ALL=C sort -k1,1 -s |
    awk -F'\t' -v shard="$shard" -v shards="$shards" '!($1 in part) { part[$1] = n++ % shards + 1 } part[$1] == shard { print $2 }')
of_kind() {
    for i in $chosen; do
        if [ $((seed % 2)) = 1 ]; then [ -z "${models[i]}" ]; else [ -z "${tests[i]}" ]; fi || echo "$i"
    done
}
[ -z "$count" ] || { echo "seed $seed" && chosen=$(of_kind | sample "$count"); }
[ -n "$chosen" ] || fail "nothing matches"

work=$root/target/mutations
[ "$shards" = 1 ] || work=$work/$shard-of-$shards
tree=$work/tree
copy
passing=' '
caught=0 total=0
for i in $chosen; do
    # Only a model that passes proves anything by failing.
    case $passing in
    *" ${models[i]}${tests[i]} "*) ;;
    *)
        verdict=0
        try "$i" || verdict=$?
        case $verdict in
        0 | 3) ;;
        *) tail -n 30 "$work/run.log" "$work"/*.log >&2; fail "fails on the source as it is: ${models[i]}${tests[i]}" ;;
        esac
        passing+="${models[i]}${tests[i]} "
        ;;
    esac
done
for i in $chosen; do
    start=$SECONDS
    mutate "${files[i]}" "${olds[i]}" "${news[i]}" >"$tree/${files[i]}"
    verdict=0
    try "$i" || verdict=$?
    cp "${files[i]}" "$tree/${files[i]}"
    total=$((total + 1))
    case $verdict in
    0) word=SURVIVED ;;
    1) word=caught caught=$((caught + 1)) ;;
    3) word='SURVIVED (incomplete)' ;;
    4) word='caught (hung)' caught=$((caught + 1)) ;;
    *) word='DOES NOT BUILD' ;;
    esac
    printf '%s  %s: %s -> %s  (%s, %s s)\n' "$word" "${files[i]}" "${olds[i]}" "${news[i]}" "${models[i]}${tests[i]}" $((SECONDS - start))
done
echo "caught $caught of $total"
[ "$caught" = "$total" ]
