//! What the system offers to contain others' code. Judging one's own needs none of it.

use super::Finding;
use catalog::Workbook;
use std::fs;
use std::process::{Command, Stdio};

#[cfg(target_os = "linux")]
pub(super) fn examine(_: &Workbook) -> Vec<Finding> {
    vec![landlock(), seccomp(), namespaces()]
}

#[cfg(not(target_os = "linux"))]
pub(super) fn examine(_: &Workbook) -> Vec<Finding> {
    vec![Finding::less("sandbox", "none", "only Linux has what contains others' code; your own is judged everywhere")]
}

/// The version of Landlock's interface that came with a kernel, newest first.
const LANDLOCK: [(u32, u32, u32); 7] =
    [(6, 15, 7), (6, 12, 6), (6, 10, 5), (6, 7, 4), (6, 2, 3), (5, 19, 2), (5, 13, 1)];

fn landlock() -> Finding {
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let Some(version) = interface(&release) else {
        let found = format!("not in kernel {}", release.trim());
        return Finding::less("landlock", found, "others' code could read every file: Linux 5.13 or later has it");
    };
    match fs::read_to_string("/sys/kernel/security/lsm") {
        Ok(modules) if modules.split(',').any(|module| module.trim() == "landlock") => {
            Finding::ok("landlock", format!("on; interface {version} or later, by the kernel's version"))
        }
        Ok(_) => Finding::less(
            "landlock",
            "in the kernel, but not switched on",
            "others' code could read every file: add landlock to `lsm=` on the kernel's command line",
        ),
        Err(_) => Finding::ok(
            "landlock",
            format!("interface {version} or later, if it is on: /sys/kernel/security is not mounted here"),
        ),
    }
}

/// The interface that a kernel such as `6.12.3-amd64` has at least.
fn interface(release: &str) -> Option<u32> {
    let mut numbers = release.split(|c: char| !c.is_ascii_digit()).map(|number| number.parse::<u32>().ok());
    let (major, minor) = (numbers.next()??, numbers.next()??);
    LANDLOCK.into_iter().find(|(x, y, _)| (major, minor) >= (*x, *y)).map(|(_, _, version)| version)
}

fn seccomp() -> Finding {
    let actions = fs::read_to_string("/proc/sys/kernel/seccomp/actions_avail").unwrap_or_default();
    let now = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let filters = now.lines().find_map(|line| line.strip_prefix("Seccomp_filters:")).unwrap_or("0").trim();
    let within = if filters == "0" { String::new() } else { format!("; {filters} filters hold here already") };
    match actions.contains("errno") && actions.contains("kill_process") {
        true => Finding::ok("seccomp", format!("filters{within}")),
        false => Finding::less(
            "seccomp",
            "no filters",
            "others' code could start processes: a kernel with CONFIG_SECCOMP_FILTER",
        ),
    }
}

/// Tried, since what `/proc` says is not all: containers and security modules forbid it, too.
fn namespaces() -> Finding {
    let tried = Command::new("unshare")
        .args(["--user", "--map-root-user", "--net", "true"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .output();
    let setting = |name: &str| fs::read_to_string(format!("/proc/sys/{name}")).unwrap_or_default().trim().to_owned();
    let remedy = if setting("kernel/unprivileged_userns_clone") == "0" {
        "`sysctl kernel.unprivileged_userns_clone=1` allows them"
    } else if setting("user/max_user_namespaces") == "0" {
        "`sysctl user.max_user_namespaces=10000` allows them"
    } else if setting("kernel/apparmor_restrict_unprivileged_userns") == "1" {
        "`sysctl kernel.apparmor_restrict_unprivileged_userns=0` allows them"
    } else {
        "in a container: `docker run --security-opt seccomp=unconfined`, or grade on the machine itself"
    };
    let remedy = format!("others' code could reach the network: {remedy}");
    match tried {
        Ok(output) if output.status.success() => Finding::ok("namespaces", "user and network, for this user"),
        Ok(output) => Finding::less("namespaces", String::from_utf8_lossy(&output.stderr).trim(), remedy),
        Err(_) => Finding::ok("namespaces", "not tried: there is no `unshare` (util-linux) to try with"),
    }
}

#[cfg(test)]
mod tests {
    use super::interface;

    #[test]
    fn a_kernel_has_what_came_before_it() {
        for (release, version) in
            [("6.18.44-fc", Some(7)), ("6.12.0", Some(6)), ("6.1.0-18-amd64", Some(2)), ("5.10.0", None), ("", None)]
        {
            assert_eq!(interface(release), version, "{release}");
        }
    }
}
