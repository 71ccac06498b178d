//! Namespaces of its own: users, so that nothing needs root; the network, of which only the loopback interface is
//! there; System V's shared memory and queues, which would outlive the process.

use nix::libc;
use nix::sched::{CloneFlags, unshare};
use nix::unistd::{getegid, geteuid};
use std::fs::write;
use std::io;
use std::net::UdpSocket;
use std::os::fd::AsRawFd;

/// Who the program is inside. It is not root there, so the `exec` takes away all that the namespace would allow.
const NOBODY: u32 = 65534;

/// Moves this process into namespaces of its own. Files are still seen as whoever started it.
pub(crate) fn enter() -> io::Result<()> {
    let (user, group) = (geteuid(), getegid());
    unshare(CloneFlags::CLONE_NEWUSER | CloneFlags::CLONE_NEWNET | CloneFlags::CLONE_NEWIPC).map_err(|error| {
        io::Error::new(
            io::Error::from(error).kind(),
            format!("{error}; some systems forbid user namespaces to all but root"),
        )
    })?;
    write("/proc/self/setgroups", "deny")?;
    write("/proc/self/uid_map", format!("{NOBODY} {user} 1"))?;
    write("/proc/self/gid_map", format!("{NOBODY} {group} 1"))?;
    loopback_up()
}

fn loopback_up() -> io::Result<()> {
    let socket = UdpSocket::bind(("0.0.0.0", 0))?;
    #[expect(unsafe_code, reason = "an interface is set up by `ioctl`")]
    // SAFETY: the request is a plain structure that lives as long as both calls, and of the size that they expect.
    let set = unsafe {
        let mut request: libc::ifreq = std::mem::zeroed();
        for (to, from) in request.ifr_name.iter_mut().zip(*b"lo") {
            *to = from as libc::c_char;
        }
        match libc::ioctl(socket.as_raw_fd(), libc::SIOCGIFFLAGS as _, &mut request) {
            -1 => -1,
            _ => {
                request.ifr_ifru.ifru_flags |= libc::IFF_UP as libc::c_short;
                libc::ioctl(socket.as_raw_fd(), libc::SIOCSIFFLAGS as _, &mut request)
            }
        }
    };
    if set == -1 { Err(io::Error::last_os_error()) } else { Ok(()) }
}
