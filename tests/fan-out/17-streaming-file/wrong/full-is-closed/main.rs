//! Caught by: the_program_ends_as_a_tool_does (fail)
//!
//! "Who does not take the output does not want it": a full disk loses the hashes, and nobody hears of it.

use fan_out_17_solution::{Error, hash_line, hash_lines};
use std::path::Path;
use std::process::ExitCode;
use tokio::fs::File;
use tokio_util::sync::CancellationToken;

const INTERRUPTED: u8 = 130;

#[tokio::main]
async fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let (Some(path), None) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: hash-lines FILE");
        return ExitCode::from(2);
    };
    let path = Path::new(&path);
    match hash_file(path).await {
        Ok(_) => ExitCode::SUCCESS,
        Err(Error::Cancelled) => ExitCode::from(INTERRUPTED),
        Err(Error::Write(_)) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: {error}", path.display());
            ExitCode::FAILURE
        }
    }
}

async fn hash_file(path: &Path) -> Result<u64, Error> {
    let input = File::open(path).await.map_err(Error::Read)?;
    let token = CancellationToken::new();
    let hashing = hash_lines(input, tokio::io::stdout(), hash_line, token.clone());
    tokio::pin!(hashing);
    tokio::select! {
        biased; // The handler is there before the first line is hashed.
        _ = tokio::signal::ctrl_c() => {
            token.cancel();
            hashing.await
        }
        result = &mut hashing => result,
    }
}
