#!/usr/bin/env bash
# Grades what a learner has uploaded to Gradescope, and leaves the points in results/results.json.
#
# Gradescope runs this in a container of its own for each submission. A container has no user and network namespaces
# to give away, and old kernels have no Landlock: so grading may begin with a weaker sandbox, and says so in its
# results. The container is the outer wall: what a submission breaks in it is gone with it. What it could still do is
# to read the tests and the solutions beside it; `grade` on a machine of your own gives the whole sandbox.
#
# Where the grader itself fails there are no results: Gradescope then tells the instructor, and nobody gets a zero.
set -uo pipefail

root=${AUTOGRADER:-/autograder}
export RUSTUP_HOME=${RUSTUP_HOME:-$root/rustup} CARGO_HOME=${CARGO_HOME:-$root/cargo}
export PATH=$CARGO_HOME/bin:$PATH CARGO_NET_OFFLINE=true

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
cd "$root/source/workbook" || exit 1

target/checker/checker grade "$root/submission" {tasks} --out "$out/results" --allow-weak-sandbox
code=$?
# 0: all is graded, whatever the grade; 3: something could not be judged.
if [ "$code" -ne 0 ]; then
    echo "the grader failed with code $code" >&2
    exit "$code"
fi

found=("$out"/results/gradescope/*.json)
if [ "${#found[@]}" -ne 1 ] || [ ! -f "${found[0]}" ]; then
    echo "expected one learner's results, found: ${found[*]}" >&2
    exit 1
fi
mkdir -p "$root/results"
cp "${found[0]}" "$root/results/results.json"
