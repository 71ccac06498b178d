#!/usr/bin/env bash
# Prepares Gradescope's container (Ubuntu, as root, with the network): a toolchain, the checker, what the tasks are built
# with, so that grading downloads nothing, and the grader's test of itself. Runs once, when the autograder is uploaded.
set -euo pipefail

root=${AUTOGRADER:-/autograder}
export DEBIAN_FRONTEND=noninteractive
export RUSTUP_HOME=$root/rustup CARGO_HOME=$root/cargo
export PATH=$CARGO_HOME/bin:$PATH

apt-get update
apt-get install --yes --no-install-recommends build-essential ca-certificates curl

curl --proto '=https' --tlsv1.2 --silent --show-error --fail https://sh.rustup.rs |
    sh -s -- -y --no-modify-path --profile minimal --default-toolchain "{rust}"

cd "$root/source/workbook"
cargo fetch --locked
cargo build --quiet --profile checker --package checker --all-features
# What passes here is noted, and not tried again for each submission. What fails is told again when there is one.
target/checker/checker grade --self-test {tasks} --allow-weak-sandbox || true
