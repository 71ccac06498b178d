//! `criteria.json`: the criteria of a task whose tests lie elsewhere, so that they can be shown all the same.

use crate::{Criterion, Error, files};
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::time::Duration;

/// The file's name, in the folder of the task's tests.
pub(crate) const FILE: &str = "criteria.json";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    criteria: Vec<One>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct One {
    test: String,
    statement: String,
    /// In seconds.
    deadline: u64,
    model: bool,
    #[serde(default)]
    processes: bool,
}

/// The list as text.
pub(crate) fn write(criteria: &[Criterion]) -> String {
    let one = |criterion: &Criterion| One {
        test: criterion.test.clone(),
        statement: criterion.statement.clone(),
        deadline: criterion.deadline.as_secs(),
        model: criterion.model,
        processes: criterion.processes,
    };
    let listed = Listed { criteria: criteria.iter().map(one).collect() };
    serde_json::to_string_pretty(&listed).expect("texts and numbers") + "\n"
}

/// Reads the list. Each criterion stands in this file, where its name is.
pub(crate) fn read(file: &Path) -> Result<Vec<Criterion>, Error> {
    let text = files::text(file)?;
    let listed: Listed = serde_json::from_str(&text).map_err(|error| Error::Listed {
        file: file.into(),
        line: error.line(),
        message: error.to_string(),
    })?;
    let line = |test: &str| {
        let name = format!("\"{test}\"");
        1 + text.lines().position(|line| line.contains(&name)).unwrap_or(0)
    };
    let criterion = |one: One| Criterion {
        line: line(&one.test),
        test: one.test,
        statement: one.statement,
        file: file.into(),
        deadline: Duration::from_secs(one.deadline),
        model: one.model,
        processes: one.processes,
    };
    Ok(listed.criteria.into_iter().map(criterion).collect())
}

#[cfg(test)]
mod tests {
    use crate::scratch::Scratch;
    use crate::{Criterion, Visibility};
    use std::fs;

    const TESTS: &str = "tests/fan-out/01-a";

    #[test]
    fn criteria_outlive_their_tests() {
        let scratch = Scratch::new();
        let task = scratch.task("fan-out/01-a");
        scratch.file(
            &format!("{TESTS}/acceptance.rs"),
            "/// Every \"number\" arrives.\n#[criterion(deadline = 30)]\nasync fn numbers() {}\nmod end {\n\
             /// It ends.\n#[criterion]\nasync fn ends() {}\n}\n",
        );
        scratch.file(&format!("{TESTS}/loom.rs"), "/// None is lost.\n#[model(at_least = 1)]\nfn wakes() {}\n");
        let told = |criteria: Vec<Criterion>| -> Vec<_> {
            criteria.into_iter().map(|it| (it.test, it.statement, it.deadline, it.model)).collect()
        };
        let written = Criterion::list(&task.criteria().expect("criteria"));
        let before = told(task.criteria().expect("criteria"));
        scratch.file(&format!("{TESTS}/criteria.json"), &written);
        assert!(!task.judged_elsewhere(), "the tests are here");
        fs::remove_file(task.acceptance()).expect("it was there");
        fs::remove_file(task.loom().expect("models")).expect("they were there");
        assert!(task.judged_elsewhere());
        let listed = task.criteria().expect("the list");
        assert_eq!((listed[1].line, &listed[1].file), (11, &task.listed()));
        assert_eq!(told(listed), before);
        let first = task.hash().expect("a hash");
        scratch.file(&format!("{TESTS}/criteria.json"), written.replace("It ends", "It stops"));
        assert_ne!(task.hash().expect("a hash"), first);

        scratch.file(&format!("{TESTS}/criteria.json"), "{\n\"criteria\": [{}]}");
        let error = task.criteria().expect_err("no list");
        assert!(error.to_string().contains("criteria.json:2: missing field `test`"), "{error}");
        assert!(error.help().contains("git restore"), "{}", error.help());
    }

    #[test]
    fn a_criterion_is_worth_a_point_and_visible_if_nothing_else_is_said() {
        let scratch = Scratch::new();
        scratch.file(
            &format!("{TESTS}/task.toml"),
            "title = \"\"\nsummary = \"\"\n[points]\nnumbers = 3\n\"end::ends\" = 0\n[visibility]\n\
             numbers = \"after_due_date\"\n",
        );
        let tasks = scratch.workbook().tasks().expect("tasks");
        let metadata = tasks[0].metadata();
        assert_eq!(["numbers", "end::ends", "others"].map(|test| metadata.points(test)), [3, 0, 1]);
        assert_eq!(metadata.visibility("numbers"), Visibility::AfterDueDate);
        assert_eq!(metadata.visibility("others").name(), "visible");
        for wrong in ["[points]\na = -1\n", "[points]\na = 0.5\n", "[visibility]\na = \"never\"\n"] {
            scratch.file(&format!("{TESTS}/task.toml"), format!("title = \"\"\nsummary = \"\"\n{wrong}"));
            let error = scratch.workbook().tasks().expect_err(wrong).to_string();
            assert!(error.contains("task.toml:4"), "{error}");
        }
    }
}
