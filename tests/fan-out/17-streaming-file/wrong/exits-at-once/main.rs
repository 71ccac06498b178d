//! Caught by: ctrl_c_leaves_whole_lines_and_code_130 (fail)
//!
//! "130 is a code to exit with": the process ends in the middle of a write.

use fan_out_17_solution::{Error, hash_line, hash_lines};
use std::io;
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
        // The reader of the output has seen enough.
        Err(Error::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: {error}", path.display());
            ExitCode::FAILURE
        }
    }
}

async fn hash_file(path: &Path) -> Result<u64, Error> {
    let input = File::open(path).await.map_err(Error::Read)?;
    tokio::spawn(async {
        let _ = tokio::signal::ctrl_c().await;
        std::process::exit(INTERRUPTED.into());
    });
    hash_lines(input, tokio::io::stdout(), hash_line, CancellationToken::new()).await
}
