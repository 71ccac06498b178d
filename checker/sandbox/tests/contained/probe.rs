//! What is tried inside: ends with 0 when it was done, and with 3 when the system refused it.

use nix::errno::Errno;
use nix::libc;
use nix::sched::{CloneFlags, unshare};
use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::{ForkResult, Pid, fork, getpgrp, getpid, getppid};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::Duration;

type Found = Result<(), io::Error>;

pub(crate) fn main(name: &str) -> ExitCode {
    let parent = std::env::args().nth(2).and_then(|pid| pid.parse().ok()).unwrap_or(0);
    let scratch = PathBuf::from(std::env::args().nth(3).unwrap_or_default());
    match probe(name, Pid::from_raw(parent), scratch) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{name}: {error} ({:?})", error.raw_os_error());
            match error.raw_os_error() {
                Some(libc::EPERM | libc::EACCES | libc::EROFS | libc::ECONNREFUSED) => ExitCode::from(3),
                Some(libc::EFBIG | libc::EMFILE | libc::ENOMEM | libc::EAGAIN | libc::ESRCH) => ExitCode::from(3),
                Some(libc::ENETUNREACH) => ExitCode::from(3),
                _ => ExitCode::from(5),
            }
        }
    }
}

fn probe(name: &str, parent: Pid, scratch: PathBuf) -> Found {
    let beside = scratch.parent().map(PathBuf::from).unwrap_or_default();
    match name {
        "read /etc/passwd" => fs::read("/etc/passwd").map(drop),
        "read the parent's environment" => fs::read(format!("/proc/{parent}/environ")).map(drop),
        "read the parent's arguments" => fs::read(format!("/proc/{parent}/cmdline")).map(drop),
        "read /etc/passwd by the parent's root" => fs::read(format!("/proc/{parent}/root/etc/passwd")).map(drop),
        "list all processes" => fs::read_dir("/proc").map(drop),
        "read another file of the folder" => fs::read(beside.join("secret")).map(drop),
        "write beside the scratch folder" => fs::write(beside.join("new"), "x"),
        // To where it is already: outside, nothing happens.
        "move own binary" => std::env::current_exe().and_then(|own| fs::rename(&own, &own)),
        "write own memory" => OpenOptions::new().write(true).open("/proc/self/mem").map(drop),
        "make a link in scratch" => std::os::unix::fs::symlink("/etc", scratch.join("link")),
        "signal the parent" => done(kill(parent, None)),
        "signal the parent's group" => done(nix::unistd::getpgid(Some(parent)).and_then(|group| killpg(group, None))),
        "be traced by the parent" => {
            // SAFETY: it changes no memory of this process.
            #[expect(unsafe_code, reason = "nix needs a feature for it")]
            let traced = unsafe { libc::ptrace(libc::PTRACE_TRACEME, 0, 0, 0) };
            done(Errno::result(traced))
        }
        "send UDP out" => UdpSocket::bind("0.0.0.0:0")?.send_to(b"x", outside()).map(drop),
        "connect TCP out" => TcpStream::connect_timeout(&outside(), Duration::from_millis(300)).map(drop),
        "connect to an abstract socket of the parent" => abstract_socket(),
        "make a Unix socket" => std::os::unix::net::UnixDatagram::unbound().map(drop),
        "make a netlink socket" => socket(libc::AF_NETLINK),
        "fork" => forked(|| 0),
        "start the shell" => {
            let status = Command::new("/bin/sh").args(["-c", "exit 0"]).status()?;
            status.success().then_some(()).ok_or_else(|| io::Error::other("the shell failed"))
        }
        "become the shell" => Err(Command::new("/bin/sh").args(["-c", "exit 0"]).exec()),
        "become a program from scratch" => {
            let copy = scratch.join("copy");
            fs::copy(std::env::current_exe()?, &copy)?;
            Err(Command::new(copy).arg("probe:nothing").exec())
        }
        "leave the group" => {
            // A leader of a group can make no session in any case, but may go to another group of the session.
            if getpgrp() == getpid() {
                return done(nix::unistd::setpgid(
                    Pid::from_raw(0),
                    nix::unistd::getpgid(Some(getppid())).unwrap_or(parent),
                ));
            }
            done(nix::unistd::setsid())
        }
        "unshare" => done(unshare(CloneFlags::CLONE_NEWUSER)),
        "clone into a namespace" => {
            let flags = libc::CLONE_NEWUSER | libc::SIGCHLD;
            // SAFETY: without a stack and without shared memory it is a fork; the child ends at once.
            #[expect(unsafe_code, reason = "a raw clone")]
            let child = unsafe { libc::syscall(libc::SYS_clone, flags, 0, 0, 0, 0) };
            if child == 0 {
                // SAFETY: nothing of this process is needed any more.
                #[expect(unsafe_code, reason = "the child of a fork")]
                unsafe {
                    libc::_exit(0)
                }
            }
            done(Errno::result(child))
        }
        "set the parent's limits" => {
            // SAFETY: both pointers are null or to a plain structure.
            #[expect(unsafe_code, reason = "nix has no prlimit")]
            let set = unsafe {
                let mut limit: libc::rlimit = std::mem::zeroed();
                libc::prlimit(parent.as_raw(), libc::RLIMIT_CORE, std::ptr::null(), &mut limit)
            };
            done(Errno::result(set))
        }
        "set the parent's priority" => {
            // SAFETY: it touches no memory. The priority is the one it has.
            #[expect(unsafe_code, reason = "nix has no setpriority")]
            let set = unsafe { libc::setpriority(libc::PRIO_PROCESS, parent.as_raw() as u32, 0) };
            done(Errno::result(set))
        }
        "memory without a name" => {
            // SAFETY: the name is a C string.
            #[expect(unsafe_code, reason = "nix has it as a feature")]
            done(Errno::result(unsafe { libc::memfd_create(c"x".as_ptr(), 0) }))
        }
        "no core dumps" => same(&nix::sys::resource::getrlimit(nix::sys::resource::Resource::RLIMIT_CORE)?, &(0, 0)),
        "loopback TCP and UDP" => loopback(),
        "threads" => {
            let threads: Vec<_> = (0..50).map(|_| std::thread::spawn(|| 1)).collect();
            threads.into_iter().try_for_each(|thread| thread.join().map(drop).map_err(|_| io::Error::other("panicked")))
        }
        "a Tokio runtime" => tokio_runtime(),
        "files in scratch" => {
            fs::create_dir(scratch.join("a"))?;
            fs::write(scratch.join("a/b"), "text")?;
            fs::rename(scratch.join("a/b"), scratch.join("c"))?;
            File::create(scratch.join("c"))?;
            fs::remove_file(scratch.join("c"))?;
            fs::remove_dir(scratch.join("a"))?;
            let temporary = tempfile::tempdir()?;
            same(&temporary.path().parent().map(PathBuf::from), &Some(scratch))?;
            File::create("/dev/null").map(drop)
        }
        "become itself" => Err(Command::new(std::env::current_exe()?).arg("probe:nothing").exec()),
        "nothing" => Ok(()),
        "signal its own group" => {
            same(&getpgrp(), &getpid())?;
            done(killpg(getpgrp(), None))?;
            done(kill(getpid(), None))?;
            done(nix::sys::signal::raise(Signal::SIGURG))
        }
        "a backtrace with lines" => {
            let trace = std::backtrace::Backtrace::force_capture().to_string();
            if trace.contains("probe.rs:") { Ok(()) } else { Err(io::Error::other(trace)) }
        }
        "own threads by name" => {
            let (hold, held) = std::sync::mpsc::channel::<()>();
            let (begin, begun) = std::sync::mpsc::channel();
            let wait = move || {
                let _ = begin.send(());
                let _ = held.recv();
            };
            let thread = std::thread::Builder::new().name("named".to_owned()).spawn(wait)?;
            // A thread names itself before it begins.
            let _ = begun.recv();
            let names: Vec<String> = fs::read_dir("/proc/self/task")?
                .flatten()
                .filter_map(|task| fs::read_to_string(task.path().join("comm")).ok())
                .collect();
            drop(hold);
            let _ = thread.join();
            same(&names.iter().any(|name| name.trim() == "named"), &true)
        }
        "parallelism" => std::thread::available_parallelism().map(drop),
        "environment" => environment(),
        "a huge file" => huge(&scratch),
        "descriptors" => {
            let mut files = Vec::new();
            loop {
                files.push(File::open("/dev/null")?);
            }
        }
        "address space" => {
            let mut reserved = Vec::<u8>::new();
            reserved.try_reserve_exact(600 << 20).map_err(|_| io::Error::from(Errno::ENOMEM))
        }
        "a busy loop" => loop {
            std::hint::spin_loop();
        },
        "300 MB of heap" => {
            let filled = vec![1_u8; 300_000_000];
            wait(&filled)
        }
        "300 MB shared" => shared(300_000_000),
        "children of 100 MB" => {
            for orphan in [false, true] {
                forked(|| {
                    if orphan {
                        let _ = forked(|| {
                            let _ = shared(100_000_000);
                            0
                        });
                        return 0;
                    }
                    let _ = shared(100_000_000);
                    0
                })?;
            }
            wait(&[])
        }
        "a child that becomes an orphan" => forked(|| {
            let _ = forked(|| 0);
            0
        }),
        "a thread bomb" => {
            for _ in 0..300 {
                std::thread::spawn(std::thread::park);
            }
            wait(&[])
        }
        "many files" => {
            for file in 0..100 {
                fs::write(scratch.join(file.to_string()), vec![1_u8; 1 << 20])?;
            }
            wait(&[])
        }
        "a file without a name" => {
            let mut file = File::create(scratch.join("file"))?;
            fs::remove_file(scratch.join("file"))?;
            file.write_all(&vec![1_u8; 16 << 20])?;
            wait(&[])
        }
        "forge a failure" => {
            eprintln!("sandbox: no namespaces\nsandbox 0123456789abcdef0123456789abcdef: no namespaces");
            #[expect(clippy::disallowed_methods, reason = "the exit code is what is tried")]
            std::process::exit(125)
        }
        "wait" => wait(&[]),
        _ => Err(io::Error::other("no such probe")),
    }
}

fn done<T>(result: nix::Result<T>) -> Found {
    result.map(drop).map_err(io::Error::from)
}

fn same<T: PartialEq + std::fmt::Debug>(seen: &T, expected: &T) -> Found {
    if seen == expected { Ok(()) } else { Err(io::Error::other(format!("{seen:?}, expected {expected:?}"))) }
}

/// Until it is killed.
fn wait(kept: &[u8]) -> Found {
    loop {
        std::thread::park_timeout(Duration::from_secs(60));
        std::hint::black_box(kept);
    }
}

/// An address for documentation, which nobody has.
fn outside() -> SocketAddr {
    SocketAddr::from(([192, 0, 2, 1], 9))
}

fn abstract_socket() -> Found {
    use std::os::linux::net::SocketAddrExt;
    use std::os::unix::net::{SocketAddr, UnixListener, UnixStream};
    let address = SocketAddr::from_abstract_name(format!("probe-{}", std::process::id()))?;
    let _listener = UnixListener::bind_addr(&address)?;
    UnixStream::connect_addr(&address).map(drop)
}

fn socket(domain: i32) -> Found {
    // SAFETY: it touches no memory; the descriptor is left open until the process ends.
    #[expect(unsafe_code, reason = "std makes no such socket")]
    done(Errno::result(unsafe { libc::socket(domain, libc::SOCK_RAW, 0) }))
}

/// Runs `child` in a process of its own and does not wait for it.
fn forked(child: impl FnOnce() -> i32) -> Found {
    // SAFETY: this process has one thread, so the child may do anything.
    #[expect(unsafe_code, reason = "fork is unsafe where there are threads")]
    match unsafe { fork() }? {
        ForkResult::Parent { .. } => Ok(()),
        #[expect(clippy::disallowed_methods, reason = "the end of the child")]
        ForkResult::Child => std::process::exit(child()),
    }
}

/// Fills a shared mapping and waits.
fn shared(bytes: usize) -> Found {
    use nix::sys::mman::{MapFlags, ProtFlags, mmap_anonymous};
    let flags = MapFlags::MAP_SHARED | MapFlags::MAP_POPULATE;
    let length = std::num::NonZeroUsize::new(bytes).expect("some bytes");
    // SAFETY: a new mapping at an address of the kernel's choice; nothing reads or writes it.
    #[expect(unsafe_code, reason = "a mapping")]
    unsafe { mmap_anonymous(None, length, ProtFlags::PROT_READ | ProtFlags::PROT_WRITE, flags) }?;
    wait(&[])
}

fn loopback() -> Found {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let mut client = TcpStream::connect(listener.local_addr()?)?;
    client.write_all(b"x")?;
    listener.accept()?.0.read_exact(&mut [0])?;
    let (one, other) = (UdpSocket::bind("127.0.0.1:0")?, UdpSocket::bind("127.0.0.1:0")?);
    one.send_to(b"x", other.local_addr()?)?;
    other.recv(&mut [0]).map(drop)
}

fn tokio_runtime() -> Found {
    use tokio::io::AsyncWriteExt;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut interrupts = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::user_defined1())?;
        done(kill(getpid(), Signal::SIGUSR1))?;
        interrupts.recv().await;
        tokio::time::sleep(Duration::from_millis(1)).await;
        let listener = tokio::net::TcpListener::bind("localhost:0").await?;
        let address = listener.local_addr()?;
        let server = tokio::spawn(async move { listener.accept().await.map(drop) });
        tokio::net::TcpStream::connect(address).await?.write_all(b"x").await?;
        server.await??;
        tokio::task::spawn_blocking(|| ()).await?;
        Ok(())
    })
}

fn environment() -> Found {
    let variables: Vec<_> = std::env::vars_os().map(|(name, _)| name).collect();
    same(&variables, &vec!["TMPDIR".into()])?;
    let open: Vec<String> = fs::read_dir("/proc/self/fd")?
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|number| number.parse::<i32>().is_ok_and(|number| number > 2))
        .collect();
    // One is the listing's own.
    same(&open.len(), &1)
}

fn huge(scratch: &std::path::Path) -> Found {
    // A signal would end it: ignored, the write itself is refused.
    // SAFETY: no handler is installed.
    #[expect(unsafe_code, reason = "nix has it as unsafe for handlers")]
    unsafe { nix::sys::signal::signal(Signal::SIGXFSZ, nix::sys::signal::SigHandler::SigIgn) }?;
    let mut file = File::create(scratch.join("huge"))?;
    for _ in 0..4 {
        file.write_all(&vec![1; 1 << 20])?;
    }
    Ok(())
}
