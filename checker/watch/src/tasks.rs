//! The workbook's tasks, as the checker lists them.

use crate::{Options, child};
use serde::Deserialize;
use std::path::PathBuf;

/// A task of the workbook.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Task {
    #[serde(rename = "task")]
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) passed: bool,
    /// The folder of the learner's crate, in the workbook's.
    pub(crate) exercise: PathBuf,
    /// The folder of what judges it, in the workbook's.
    pub(crate) tests: PathBuf,
}

/// All tasks, and the one that is watched.
#[derive(Debug)]
pub(crate) struct Tasks {
    all: Vec<Task>,
    current: usize,
}

impl Tasks {
    /// Asks the checker, and chooses the task that the options name.
    ///
    /// # Errors
    ///
    /// What the checker complains of; a task that is not listed.
    pub(crate) fn list(options: &Options) -> Result<Tasks, String> {
        let mut command = child::command(options, &["list", "--json"]);
        let listed = command
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .and_then(|mut child| {
                // Held until the end: without it the child ends.
                let _lifeline = child.stdin.take();
                child.wait_with_output()
            })
            .map_err(|error| format!("{} does not start: {error}", options.checker.display()))?;
        let text = String::from_utf8_lossy(&listed.stdout);
        let all: Vec<Task> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        match all.iter().position(|task| task.id == options.task) {
            Some(current) => Ok(Tasks { all, current }),
            None => Err(format!(
                "the checker does not list {}\n{}",
                options.task,
                String::from_utf8_lossy(&listed.stderr).trim()
            )),
        }
    }

    pub(crate) fn current(&self) -> &Task {
        &self.all[self.current]
    }

    /// The task was passed.
    pub(crate) fn pass(&mut self) {
        self.all[self.current].passed = true;
    }

    /// To the next one; after a pass, to the next that is not passed, if there is one.
    pub(crate) fn next(&mut self) {
        let after = |step| (self.current + step) % self.all.len();
        let open = (1..self.all.len()).map(after).find(|index| !self.all[*index].passed);
        self.current = if self.current().passed { open.unwrap_or(after(1)) } else { after(1) };
    }

    /// To the one before.
    pub(crate) fn previous(&mut self) {
        self.current = (self.current + self.all.len() - 1) % self.all.len();
    }
}

#[cfg(test)]
mod tests {
    use super::{Task, Tasks};

    fn tasks(passed: &[bool], current: usize) -> Tasks {
        let task = |(index, passed): (usize, &bool)| Task {
            id: format!("fan-out/{}", index + 1),
            title: String::new(),
            passed: *passed,
            exercise: "exercises".into(),
            tests: "tests".into(),
        };
        Tasks { all: passed.iter().enumerate().map(task).collect(), current }
    }

    fn to(mut tasks: Tasks, step: fn(&mut Tasks)) -> String {
        step(&mut tasks);
        tasks.current().id.clone()
    }

    #[test]
    fn a_passed_task_leads_to_the_next_open_one() {
        assert_eq!(to(tasks(&[true, true, false], 0), Tasks::next), "fan-out/3");
        assert_eq!(to(tasks(&[false, true, true], 2), Tasks::next), "fan-out/1");
        assert_eq!(to(tasks(&[true, true, true], 1), Tasks::next), "fan-out/3");
    }

    #[test]
    fn others_lead_to_their_neighbours() {
        assert_eq!(to(tasks(&[false, true, false], 0), Tasks::next), "fan-out/2");
        assert_eq!(to(tasks(&[false, true, false], 0), Tasks::previous), "fan-out/3");
        assert_eq!(to(tasks(&[true], 0), Tasks::next), "fan-out/1");
    }
}
