//! Where tasks wait, from Tokio's task dumps: the await point in the subject's code and what is awaited.

use crate::{panics, sites, tasks};
use std::collections::BTreeMap;
use tokio::task::Id;
use tokio::time::Instant;
use verdict::Site;

/// Where a task is parked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wait {
    /// What it awaits, such as `mpsc::Sender::send`.
    pub(crate) leaf: Option<String>,
    /// The innermost line of the subject's code on the way there.
    pub(crate) at: Option<Site>,
    /// The innermost line of the test on the way there.
    pub(crate) test: Option<Site>,
}

impl Wait {
    /// How much it tells. A task may wait in several places at once; that it also listens for the end, to
    /// `closed` or `cancelled`, is the least of them. Of equals the first is shown.
    fn telling(&self) -> u8 {
        let known = self.at.is_some() || self.test.is_some();
        match (known, self.for_the_end()) {
            (true, false) => 3,
            (true, true) => 2,
            (false, _) => u8::from(self.leaf.is_some()),
        }
    }

    /// Whether it waits for a sign to stop.
    pub(crate) fn for_the_end(&self) -> bool {
        self.leaf.as_deref().is_some_and(|leaf| leaf.ends_with("closed") || leaf.contains("ancel"))
    }
}

/// A living task of the subject, as a message shows it.
#[derive(Clone, Debug)]
pub(crate) struct Parked {
    pub(crate) id: Id,
    /// When it was last polled, before anybody looked at it.
    pub(crate) since: Instant,
    pub(crate) spawned: Site,
    pub(crate) wait: Wait,
}

impl std::fmt::Display for Parked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "task spawned at {}", self.spawned)?;
        match (&self.wait.leaf, &self.wait.at) {
            (Some(leaf), Some(at)) => write!(f, ", parked in {leaf} at {at}"),
            (Some(leaf), None) => write!(f, ", parked in {leaf}"),
            (None, Some(at)) => write!(f, ", parked at {at}"),
            (None, None) => Ok(()),
        }
    }
}

/// The subject's living tasks and where they wait, and where the test itself waits.
pub(crate) async fn parked() -> (Vec<Parked>, Wait) {
    let before = tasks::living();
    let mut waits = waits().await;
    let mut body = Wait::default();
    for (id, wait) in &waits {
        if tasks::is_body(*id) {
            body = wait.clone();
        }
    }
    let parked = tasks::living()
        .into_iter()
        .map(|(id, task)| Parked {
            id,
            since: before.get(&id).unwrap_or(&task).last_polled(),
            spawned: sites::located(task.spawned_at),
            wait: waits.remove(&id).unwrap_or_default(),
        })
        .collect();
    (parked, body)
}

/// The same lines once each, with a count: eight workers that wait alike are one line.
pub(crate) fn grouped(parked: &[Parked]) -> Vec<String> {
    let mut lines: Vec<(String, usize)> = Vec::new();
    for task in parked {
        let line = task.to_string();
        match lines.iter_mut().find(|(known, _)| *known == line) {
            Some((_, count)) => *count += 1,
            None => lines.push((line, 1)),
        }
    }
    lines.into_iter().map(|(line, count)| if count == 1 { line } else { format!("{count} × {line}") }).collect()
}

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "x86")))]
async fn waits() -> BTreeMap<Id, Wait> {
    use sites::Owner;
    use std::future::Future;
    use std::task::Poll;

    let runtime = tokio::runtime::Handle::current();
    let mut dump = std::pin::pin!(runtime.dump());
    let dump = std::future::poll_fn(|cx| match panics::while_dumping(|| dump.as_mut().poll(cx)) {
        Some(polled) => polled.map(Some),
        None => Poll::Ready(None),
    });
    // A dump of a runtime whose tasks never come to rest would wait for ever.
    let dump = tokio::time::timeout(std::time::Duration::from_secs(1), dump).await;
    let Ok(Some(dump)) = dump else { return BTreeMap::new() };
    let mut waits = BTreeMap::new();
    for task in dump.tasks().iter() {
        let mut best = Wait::default();
        for backtrace in task.trace().resolve_backtraces() {
            let mut wait = Wait::default();
            let symbols = backtrace.frames().flat_map(|frame| frame.symbols());
            let mut leaf = None;
            for symbol in symbols {
                let name = symbol.name_demangled().unwrap_or_default();
                let (Some(file), Some(line)) = (symbol.filename().and_then(|f| f.to_str()), symbol.lineno()) else {
                    // A crate built without debug information is none of the subject's or the test's.
                    leaf = named(name).or(leaf);
                    continue;
                };
                match sites::owner(file) {
                    Owner::Foreign | Owner::Harness => leaf = named(name).or(leaf),
                    Owner::Subject if wait.at.is_none() => wait.at = Some(sites::site(file, line)),
                    Owner::Test if wait.test.is_none() => wait.test = Some(sites::site(file, line)),
                    _ => {}
                }
                if wait.at.is_some() || wait.test.is_some() {
                    wait.leaf = wait.leaf.take().or(leaf.take());
                }
            }
            wait.leaf = wait.leaf.take().or(leaf.take());
            if wait.telling() > best.telling() {
                best = wait;
            }
        }
        waits.insert(task.id(), best);
    }
    waits
}

#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "x86"))))]
async fn waits() -> BTreeMap<Id, Wait> {
    BTreeMap::new()
}

/// `<tokio::sync::mpsc::bounded::Sender<T>>::send::{{closure}}` as a reader knows it: `mpsc::Sender::send`.
fn named(symbol: &str) -> Option<String> {
    if symbol.contains("workbook::work::Run") {
        return Some("work.run".to_owned());
    }
    if symbol.contains("time::sleep::Sleep") {
        return Some("tokio::time::sleep".to_owned());
    }
    let mut plain = String::new();
    let mut depth = 0usize;
    let trimmed = symbol.trim_start_matches('<');
    for character in trimmed.chars() {
        match character {
            '<' => depth += 1,
            '>' => depth = depth.saturating_sub(1),
            _ if depth == 0 => plain.push(character),
            _ => {}
        }
    }
    let plain =
        plain.split(" as ").next().unwrap_or_default().replace("::{{closure}}", "").replace("::{closure#0}", "");
    let parts: Vec<&str> =
        plain.split("::").filter(|part| !part.is_empty() && !part.starts_with('{') && !is_hash(part)).collect();
    if !matches!(parts.first(), Some(&"tokio" | &"tokio_util" | &"tokio_stream")) {
        return None;
    }
    let from = parts.iter().position(|part| matches!(*part, "sync" | "task" | "time" | "io" | "net"))?;
    let is_type = |part: &str| part.starts_with(|first: char| first.is_ascii_uppercase());
    let parts = &parts[from..];
    let shown = match parts.iter().position(|part| is_type(part)) {
        // A type stands for itself; of the modules before it, a reader knows the kinds of channels.
        Some(at) => {
            let channel =
                parts[..at].iter().filter(|part| matches!(**part, "mpsc" | "oneshot" | "watch" | "broadcast"));
            channel.chain(&parts[at..]).filter(|part| **part != "poll").copied().collect::<Vec<_>>().join("::")
        }
        None => format!("tokio::{}::{}", parts[0], parts[parts.len() - 1]),
    };
    // Futures that a reader knows by the function that makes them.
    let known = match shown.as_str() {
        "Notified" => "Notify::notified",
        "WaitForCancellationFuture" | "WaitForCancellationFutureOwned" => "CancellationToken::cancelled",
        "RunUntilCancelledFuture" => "CancellationToken::run_until_cancelled",
        "Timeout" => "tokio::time::timeout",
        "TaskTrackerWaitFuture" => "TaskTracker::wait",
        other => other,
    };
    Some(known.to_owned())
}

/// The `h` and sixteen hexadecimal digits at the end of a symbol.
fn is_hash(part: &str) -> bool {
    part.len() == 17 && part.starts_with('h') && part[1..].bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn leaves_have_the_names_that_readers_know() {
        for (symbol, expected) in [
            ("tokio::sync::mpsc::bounded::Sender<T>::send::{{closure}}", Some("mpsc::Sender::send")),
            ("<tokio::sync::mpsc::bounded::Sender<u64>>::send::{closure#0}", Some("mpsc::Sender::send")),
            ("tokio::sync::mpsc::bounded::Receiver<T>::recv::{{closure}}", Some("mpsc::Receiver::recv")),
            ("tokio::sync::mpsc::bounded::Sender<T>::send::h0123456789abcdef", Some("mpsc::Sender::send")),
            ("tokio::sync::semaphore::Semaphore::acquire::{{closure}}", Some("Semaphore::acquire")),
            ("<tokio::sync::notify::Notified as core::future::future::Future>::poll", Some("Notify::notified")),
            ("<tokio::sync::oneshot::Receiver<T> as core::future::future::Future>::poll", Some("oneshot::Receiver")),
            ("<tokio::time::timeout::Timeout<T> as core::future::future::Future>::poll", Some("tokio::time::timeout")),
            ("<tokio::runtime::task::join::JoinHandle<T> as core::future::future::Future>::poll", Some("JoinHandle")),
            ("tokio::io::util::copy::copy::{{closure}}", Some("tokio::io::copy")),
            ("tokio::time::sleep::Sleep", Some("tokio::time::sleep")),
            ("core::future::poll_fn::PollFn<F>", None),
        ] {
            assert_eq!(named(symbol).as_deref(), expected, "{symbol}");
        }
    }
}
