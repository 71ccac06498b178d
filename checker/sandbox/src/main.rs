//! `sandbox MARK POLICY -- PROGRAM ARGUMENTS…`: puts itself under the policy, then becomes the program.

use std::process::ExitCode;

fn main() -> ExitCode {
    sandbox::main(std::env::args_os().skip(1).collect())
}
