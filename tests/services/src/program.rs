//! A service's program: found, started, ended.

use std::ffi::OsStr;
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The program with this name in a folder of `PATH`.
pub(crate) fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|program| program.is_file())
}

/// A program named by a variable. A variable that names none is an error of its own.
pub(crate) fn in_variable(variable: &str) -> Option<Result<PathBuf, String>> {
    let program = PathBuf::from(std::env::var_os(variable).filter(|value| !value.is_empty())?);
    let found = program.is_file();
    Some(if found { Ok(program) } else { Err(format!("{variable} names no file: {}", program.display())) })
}

/// A port of the loopback interface that was free a moment ago.
pub(crate) fn free_port() -> io::Result<SocketAddr> {
    TcpListener::bind(("127.0.0.1", 0))?.local_addr()
}

/// A started program, killed when dropped.
#[derive(Debug)]
pub(crate) struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts the program and waits until it accepts connections at `address`. Only a connection is believed, and only
/// from a program that is still alive: another may listen there.
pub(crate) fn start<S: AsRef<OsStr>>(
    program: &Path,
    arguments: impl IntoIterator<Item = S>,
    folder: &Path,
    address: SocketAddr,
) -> io::Result<Running> {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder);
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let mut running = Running(child);
    let began = Instant::now();
    while TcpStream::connect_timeout(&address, Duration::from_millis(200)).is_err() {
        if let Some(status) = running.0.try_wait()? {
            return Err(io::Error::other(format!("it ended at once with {status}")));
        }
        if began.elapsed() > READY {
            return Err(io::Error::other(format!("it does not listen at {address} after {} s", READY.as_secs())));
        }
        std::thread::park_timeout(Duration::from_millis(5));
    }
    match running.0.try_wait()? {
        None => Ok(running),
        Some(status) => Err(io::Error::other(format!("it ended with {status}; another program is at {address}"))),
    }
}

/// The slowest of the services is ready within a second.
const READY: Duration = Duration::from_secs(20);
