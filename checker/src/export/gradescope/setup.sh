#!/usr/bin/env bash
# Prepares Gradescope's container (Ubuntu, as root, with the network): a toolchain, the checker, and what every task is
# built with, so that grading downloads nothing. Runs once, when the autograder is uploaded.
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
for task in $(echo "{tasks}" | tr , ' '); do
    # A reference that does not pass here is for the self-test to tell.
    "target/checker/checker" task "$task" --solution || true
done
