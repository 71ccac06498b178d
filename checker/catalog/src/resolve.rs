//! From what a learner types to a task.

use crate::{Error, Number, Task};

/// A name without a track is one of this track.
const MAIN: &str = "fan-out";

/// Finds the task that a name stands for:
///
/// - `7`, `07`, `s2`: a task of fan-out;
/// - `push-pull/3`, and `pull/3` while one track alone has `pull` in its name;
/// - `07-failure-modes`, `failure-modes`, `fan-out/failure-modes`: the folder, with or without number;
/// - `fan-out-07`: the package; `exercises/fan-out/07-failure-modes/`: the folder's path in the workbook.
///
/// # Errors
///
/// [`Error::UnknownTask`] with the nearest ids, [`Error::AmbiguousTask`] with all candidates.
pub fn resolve<'a>(tasks: &'a [Task], name: &str) -> Result<&'a Task, Error> {
    let wanted = normal(name);
    let found = candidates(tasks, &wanted);
    match found.as_slice() {
        [task] => Ok(task),
        [] => Err(Error::UnknownTask { name: name.into(), nearest: nearest(tasks, &wanted) }),
        _ => Err(Error::AmbiguousTask { name: name.into(), candidates: found.iter().map(|task| task.id()).collect() }),
    }
}

/// In small letters, and without what a shell's completion adds.
fn normal(name: &str) -> String {
    let name = name.trim().trim_start_matches("./").trim_end_matches('/').to_lowercase();
    let short = ["exercises/", "solutions/", "tests/"].iter().find_map(|top| name.strip_prefix(top));
    short.map(str::to_owned).unwrap_or(name)
}

fn candidates<'a>(tasks: &'a [Task], wanted: &str) -> Vec<&'a Task> {
    let (track, wanted) = split(wanted);
    let number = Number::parse(wanted);
    let tracks: Vec<_> = match (track, number) {
        (Some(track), _) => tracks(tasks, track),
        (None, Some(_)) => vec![MAIN],
        (None, None) => tasks.iter().map(Task::track).collect(),
    };
    let is_meant = |task: &&Task| match number {
        Some(number) => task.number() == number,
        None => task.folder() == wanted || task.slug() == wanted || (track.is_none() && task.package() == wanted),
    };
    tasks.iter().filter(|task| tracks.contains(&task.track())).filter(is_meant).collect()
}

/// The track of this name, else those that have it in theirs.
fn tracks<'a>(tasks: &'a [Task], name: &str) -> Vec<&'a str> {
    let all = || tasks.iter().map(Task::track);
    match all().find(|track| *track == name) {
        Some(track) => vec![track],
        None => all().filter(|track| !name.is_empty() && track.contains(name)).collect(),
    }
}

fn split(name: &str) -> (Option<&str>, &str) {
    match name.split_once('/') {
        Some((track, rest)) => (Some(track), rest),
        None => (None, name),
    }
}

/// The ids of up to two tasks that may have been meant.
fn nearest(tasks: &[Task], wanted: &str) -> Vec<String> {
    const FAR: f64 = 0.75;
    let mut scored: Vec<_> = tasks.iter().map(|task| (score(task, wanted), task)).collect();
    scored.retain(|(score, _)| *score > FAR);
    scored.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    let best = scored.first().map_or(FAR, |(score, _)| *score);
    scored.into_iter().take_while(|(score, _)| best - score < 0.1).take(2).map(|(_, task)| task.id()).collect()
}

/// How near a task is to a name: 1 for the same, 0 for nothing in common.
fn score(task: &Task, wanted: &str) -> f64 {
    let (track, rest) = split(wanted);
    let track = track.unwrap_or(MAIN);
    let tracks = if task.track().contains(track) { 1.0 } else { strsim::jaro_winkler(task.track(), track) };
    match Number::parse(rest) {
        // The number next to it, in the track that is nearest by name.
        Some(number) => match task.number().distance(number) {
            Some(distance) => tracks - f64::from(distance.min(1000)) / 10_000.0,
            None => 0.0,
        },
        None if !rest.is_empty() && task.slug().contains(rest) => 1.0,
        None => strsim::jaro_winkler(task.slug(), rest).max(strsim::jaro_winkler(task.folder(), rest)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    fn tasks() -> Vec<Task> {
        let scratch = Scratch::new();
        for folder in [
            "fan-out/01-serial-pipeline",
            "fan-out/07-failure-modes",
            "fan-out/13-width-benchmark",
            "fan-out/20-production-pipeline",
            "fan-out/s2-work-stealing",
            "push-pull/03-bounded-unbounded",
            "push-pull/11-benchmarks",
            "worker-pools/12-retrying-pool",
            "worker-pools/14-benchmarks",
            "worker-pools/p1-crawler",
            "fan-in/01-merge",
        ] {
            scratch.task(folder);
        }
        scratch.workbook().tasks().expect("tasks")
    }

    #[test]
    fn every_way_to_name_a_task() {
        let tasks = tasks();
        for (name, id) in [
            ("7", "fan-out/7"),
            ("07", "fan-out/7"),
            (" 7 ", "fan-out/7"),
            ("s2", "fan-out/s2"),
            ("S2", "fan-out/s2"),
            ("fan-out/7", "fan-out/7"),
            ("fan-out/07", "fan-out/7"),
            ("Fan-Out/s2", "fan-out/s2"),
            ("pull/3", "push-pull/3"),
            ("push-pull/03", "push-pull/3"),
            ("pool/12", "worker-pools/12"),
            ("work/p1", "worker-pools/p1"),
            ("fan-in/1", "fan-in/1"),
            ("fan/20", "fan-out/20"),
            ("07-failure-modes", "fan-out/7"),
            ("failure-modes", "fan-out/7"),
            ("pool/benchmarks", "worker-pools/14"),
            ("fan-out/07-failure-modes", "fan-out/7"),
            ("fan-out-07", "fan-out/7"),
            ("worker-pools-p1", "worker-pools/p1"),
            ("exercises/fan-out/07-failure-modes/", "fan-out/7"),
            ("./tests/fan-in/01-merge", "fan-in/1"),
        ] {
            assert_eq!(resolve(&tasks, name).expect(name).id(), id, "{name}");
        }
    }

    #[test]
    fn an_unknown_name_comes_with_its_nearest() {
        let tasks = tasks();
        for (name, ids) in [
            ("21", "fan-out/20 or fan-out/13"),
            ("s9", "fan-out/s2"),
            ("fanout/7", "fan-out/7"),
            ("pull/4", "push-pull/3"),
            ("failure-mode", "fan-out/7"),
            ("faliure-modes", "fan-out/7"),
            ("stealing", "fan-out/s2"),
        ] {
            let error = resolve(&tasks, name).expect_err(name);
            assert_eq!(error.to_string(), format!("no task is called `{name}`"));
            assert!(error.help().starts_with(&format!("did you mean {ids}")), "{name}: {}", error.help());
        }
        for name in ["", "/", "xyz", "zzz/99999999999"] {
            let error = resolve(&tasks, name).expect_err(name);
            assert_eq!(error.help(), "`cargo checker list` shows all tasks", "{name}");
        }
    }

    #[test]
    fn an_ambiguous_name_lists_its_candidates() {
        let tasks = tasks();
        for (name, ids) in [
            ("benchmarks", "push-pull/11, worker-pools/14"),
            ("fan/1", "fan-out/1, fan-in/1"),
            ("-/1", "fan-out/1, fan-in/1"),
        ] {
            let error = resolve(&tasks, name).expect_err(name);
            assert_eq!(error.to_string(), format!("`{name}` could be any of {ids}"));
            assert_eq!(error.help(), "name it by its whole id");
        }
    }
}
