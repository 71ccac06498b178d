//! Which system calls are refused: seccomp.
//!
//! Everything is allowed but what is named here. The files are Landlock's business, so this is about what Landlock
//! does not know: processes, signals, other processes' memory, priorities and limits, sockets that are no TCP or UDP,
//! and the parts of the kernel that no task needs.

use nix::libc::{self, c_long};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    TargetArch, apply_filter, sock_filter,
};
use std::collections::BTreeMap;
use thiserror::Error;

/// Why there is no filter.
#[derive(Debug, Error)]
pub(crate) enum Error {
    #[error("{0:?}")]
    Filter(#[from] seccompiler::BackendError),
    #[error("{0}; the kernel needs CONFIG_SECCOMP_FILTER")]
    Refused(#[from] seccompiler::Error),
}

/// Refused whatever its arguments are.
const REFUSED: &[c_long] = &[
    // Other processes' memory and descriptors.
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_process_mrelease,
    libc::SYS_pidfd_getfd,
    libc::SYS_kcmp,
    libc::SYS_move_pages,
    libc::SYS_migrate_pages,
    libc::SYS_ioprio_set,
    // Out of the process group, which is killed at the end.
    libc::SYS_setsid,
    libc::SYS_setpgid,
    // The tree of files.
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_move_mount,
    libc::SYS_open_tree,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_mount_setattr,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_open_by_handle_at,
    libc::SYS_fanotify_init,
    libc::SYS_quotactl,
    libc::SYS_acct,
    // Namespaces, and memory that no limit counts.
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_memfd_create,
    libc::SYS_memfd_secret,
    // Parts of the kernel that were often the way out.
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_keyctl,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_userfaultfd,
    libc::SYS_personality,
    // The machine.
    libc::SYS_kexec_load,
    libc::SYS_kexec_file_load,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_reboot,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_syslog,
];

/// Refuses system calls of this process and of what it becomes or starts, from now on.
///
/// Without `processes` it may start none, and signals itself and its group alone. With them, signals are left to
/// Landlock, which keeps them among these processes from Linux 6.12 on.
pub(crate) fn filter(processes: bool) -> Result<(), Error> {
    // That clone3 does not exist, rather than is forbidden, makes the C library use clone, whose flags can be seen.
    let unknown = BTreeMap::from([(libc::SYS_clone3, Vec::new())]);
    for program in [compiled(unknown, libc::ENOSYS)?, compiled(refused(processes)?, libc::EPERM)?, native()] {
        apply_filter(&program)?;
    }
    Ok(())
}

type Rules = BTreeMap<c_long, Vec<SeccompRule>>;

fn compiled(rules: Rules, error: i32) -> Result<BpfProgram, Error> {
    let arch = if cfg!(target_arch = "x86_64") { TargetArch::x86_64 } else { TargetArch::aarch64 };
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, SeccompAction::Errno(error as u32), arch)?;
    Ok(filter.try_into()?)
}

fn refused(processes: bool) -> Result<Rules, Error> {
    // Namespaces are for neither threads nor processes.
    const NAMESPACES: i32 = libc::CLONE_NEWUSER
        | libc::CLONE_NEWNET
        | libc::CLONE_NEWNS
        | libc::CLONE_NEWPID
        | libc::CLONE_NEWIPC
        | libc::CLONE_NEWUTS
        | libc::CLONE_NEWCGROUP;
    let own = std::process::id();
    let mut rules: Rules = REFUSED.iter().map(|call| (*call, Vec::new())).collect();
    let flags = (0..32).map(|bit| 1_u64 << bit).filter(|bit| NAMESPACES as u32 as u64 & bit != 0);
    let mut clone = flags.map(|flag| all([bits(0, flag, flag)])).collect::<Result<Vec<_>, Error>>()?;
    let (mut itself, group) = (vec![0], own.wrapping_neg());
    if !processes {
        clone.push(all([bits(0, libc::CLONE_THREAD as u64, 0)])?);
        #[cfg(target_arch = "x86_64")]
        rules.extend([(libc::SYS_fork, Vec::new()), (libc::SYS_vfork, Vec::new())]);
        rules.extend([(libc::SYS_tkill, Vec::new()), (libc::SYS_pidfd_send_signal, Vec::new())]);
        rules.insert(libc::SYS_kill, vec![none_of(0, &[own, group])?]);
        for call in [libc::SYS_tgkill, libc::SYS_rt_sigqueueinfo, libc::SYS_rt_tgsigqueueinfo] {
            rules.insert(call, vec![none_of(0, &[own])?]);
        }
        itself.push(own);
    }
    rules.insert(libc::SYS_clone, clone);
    // Limits and priorities of any process of the same user could be changed.
    for call in [
        libc::SYS_prlimit64,
        libc::SYS_sched_setaffinity,
        libc::SYS_sched_setattr,
        libc::SYS_sched_setparam,
        libc::SYS_sched_setscheduler,
    ] {
        rules.insert(call, vec![none_of(0, &itself)?]);
    }
    let process = libc::PRIO_PROCESS;
    rules.insert(libc::SYS_setpriority, vec![none_of(0, &[process])?, none_of(1, &itself)?]);
    // It hides a process from whoever meters it.
    rules.insert(libc::SYS_prctl, vec![all([is(0, libc::PR_SET_DUMPABLE as u32)])?]);
    // A Unix socket's path is no matter of Landlock's before Linux 7.1, and behind one may be a daemon that does what
    // it is told. Pairs of them are made by another call.
    rules.insert(libc::SYS_socket, vec![none_of(0, &[libc::AF_INET as u32, libc::AF_INET6 as u32])?]);
    Ok(rules)
}

/// Fits when all conditions do.
fn all<const N: usize>(conditions: [Condition; N]) -> Result<SeccompRule, Error> {
    let conditions = conditions.into_iter().collect::<Result<Vec<_>, _>>()?;
    Ok(SeccompRule::new(conditions)?)
}

/// Fits when the argument is none of these.
fn none_of(argument: u8, values: &[u32]) -> Result<SeccompRule, Error> {
    let differs =
        |value: &u32| SeccompCondition::new(argument, SeccompCmpArgLen::Dword, SeccompCmpOp::Ne, u64::from(*value));
    Ok(SeccompRule::new(values.iter().map(differs).collect::<Result<Vec<_>, _>>()?)?)
}

type Condition = Result<SeccompCondition, seccompiler::BackendError>;

fn is(argument: u8, value: u32) -> Condition {
    SeccompCondition::new(argument, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, u64::from(value))
}

/// The argument's bits under the mask are these.
fn bits(argument: u8, mask: u64, value: u64) -> Condition {
    SeccompCondition::new(argument, SeccompCmpArgLen::Qword, SeccompCmpOp::MaskedEq(mask), value)
}

/// Refuses the numbers from 2³⁰ on. On x86-64 they are the calls of the x32 ABI, a second way to all of them.
fn native() -> BpfProgram {
    const LOAD_NUMBER: u16 = (libc::BPF_LD | libc::BPF_W | libc::BPF_ABS) as u16;
    const IF_AT_LEAST: u16 = (libc::BPF_JMP | libc::BPF_JGE | libc::BPF_K) as u16;
    const RETURN: u16 = (libc::BPF_RET | libc::BPF_K) as u16;
    let step = |code, jt, jf, k| sock_filter { code, jt, jf, k };
    vec![
        step(LOAD_NUMBER, 0, 0, 0),
        step(IF_AT_LEAST, 0, 1, 0x4000_0000),
        step(RETURN, 0, 0, libc::SECCOMP_RET_ERRNO | libc::EPERM as u32),
        step(RETURN, 0, 0, libc::SECCOMP_RET_ALLOW),
    ]
}
