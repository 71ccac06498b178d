//! One task: its names and where its parts lie.

use crate::{Criterion, Error, Hash, Hints, Metadata, Number, Variant, criteria, listed, sources, variants};
use std::path::{Path, PathBuf};

/// One task.
#[derive(Clone, Debug)]
pub struct Task {
    root: PathBuf,
    track: String,
    folder: String,
    number: Number,
    metadata: Metadata,
}

impl Task {
    /// Reads the task whose tests lie in `dir`.
    pub(crate) fn read(root: &Path, dir: &Path) -> Result<Task, Error> {
        let unnamed = || Error::Folder { dir: dir.into() };
        let name = |path: &Path| path.file_name().and_then(|name| name.to_str()).map(str::to_owned);
        let folder = name(dir).ok_or_else(unnamed)?;
        let track = dir.parent().and_then(name).ok_or_else(unnamed)?;
        let number = folder
            .split_once('-')
            .filter(|(_, slug)| !slug.is_empty())
            .and_then(|(number, _)| Number::parse(number))
            .ok_or_else(unnamed)?;
        let metadata = Metadata::read(&dir.join("task.toml"))?;
        Ok(Task { root: root.into(), track, folder, number, metadata })
    }

    /// The stable name: `fan-out/7`, `fan-out/s2`.
    pub fn id(&self) -> String {
        format!("{}/{}", self.track, self.number)
    }

    /// The track: `fan-out`.
    pub fn track(&self) -> &str {
        &self.track
    }

    /// The number within the track: `7`, `s2`.
    pub fn number(&self) -> Number {
        self.number
    }

    /// The folder's name: `07-failure-modes`.
    pub fn folder(&self) -> &str {
        &self.folder
    }

    /// The folder's name without the number: `failure-modes`.
    pub fn slug(&self) -> &str {
        self.halves().1
    }

    /// What `task.toml` says.
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// The learner's package: `fan-out-07`.
    pub fn package(&self) -> String {
        format!("{}-{}", self.track, self.halves().0)
    }

    /// The reference's package: `fan-out-07-solution`.
    pub fn solution_package(&self) -> String {
        format!("{}-solution", self.package())
    }

    /// The learner's crate.
    pub fn exercise(&self) -> PathBuf {
        self.part("exercises")
    }

    /// The reference's crate.
    pub fn solution(&self) -> PathBuf {
        self.part("solutions")
    }

    /// The folder of what judges the task.
    pub fn tests(&self) -> PathBuf {
        self.part("tests")
    }

    /// The file that says what the task's tests are built with, whatever a learner's manifest says: the reference's, or
    /// in a copy without references `dependencies.toml` beside the tests.
    pub fn manifest(&self) -> PathBuf {
        let reference = self.solution().join("Cargo.toml");
        let copy = self.tests().join("dependencies.toml");
        if copy.is_file() && !reference.is_file() { copy } else { reference }
    }

    /// Whether this copy of the workbook has no tests for the task, but the list of its criteria alone.
    pub fn judged_elsewhere(&self) -> bool {
        !self.acceptance().is_file() && self.listed().is_file()
    }

    /// The list of criteria, in a copy without tests.
    pub fn listed(&self) -> PathBuf {
        self.tests().join(listed::FILE)
    }

    /// The test file.
    pub fn acceptance(&self) -> PathBuf {
        self.tests().join("acceptance.rs")
    }

    /// The file of loom models, where the task has one.
    pub fn loom(&self) -> Option<PathBuf> {
        Some(self.tests().join("loom.rs")).filter(|file| file.is_file())
    }

    /// The benchmark, where the task has one.
    pub fn bench(&self) -> Option<PathBuf> {
        Some(self.tests().join("bench.rs")).filter(|file| file.is_file())
    }

    /// The untouched exercise's `src/`.
    pub fn stub(&self) -> PathBuf {
        self.tests().join("stub")
    }

    /// The file of hints.
    pub fn hints_file(&self) -> PathBuf {
        self.tests().join("hints.md")
    }

    /// What the wrong designs, and the stub, are told: the reports of all criteria that do not hold.
    pub fn reports(&self) -> PathBuf {
        self.tests().join("reports.txt")
    }

    /// The hints: graded ones, and those of criteria.
    ///
    /// # Errors
    ///
    /// A file that is missing, no UTF-8 or no list of hints.
    pub fn hints(&self) -> Result<Hints, Error> {
        Hints::read(&self.hints_file())
    }

    /// The book's chapter.
    pub fn chapter(&self) -> PathBuf {
        self.root.join("book/src").join(&self.track).join(format!("{}.md", self.folder))
    }

    /// The acceptance criteria, in source order, and after them loom's models.
    ///
    /// # Errors
    ///
    /// A test file that is missing, no UTF-8 or no Rust; a criterion that is not sound
    /// ([`Problem`](crate::Problem)); in a copy without tests, a list that cannot be read.
    pub fn criteria(&self) -> Result<Vec<Criterion>, Error> {
        if self.judged_elsewhere() {
            return listed::read(&self.listed());
        }
        criteria::of(&self.sources()?)
    }

    /// The files that judge: `acceptance.rs`, the modules that it declares, then `loom.rs` and its modules.
    ///
    /// # Errors
    ///
    /// A file that is missing, no UTF-8 or no Rust.
    pub fn judging_files(&self) -> Result<Vec<PathBuf>, Error> {
        Ok(self.sources()?.into_iter().map(|source| source.file).collect())
    }

    /// A hash of the files that judge, in sixteen hexadecimal digits: progress under one hash is not progress
    /// under another. It is FNV-1a over each file's path within the task and its text, with `\n` line ends,
    /// so that it is the same in every checkout. Where the tests lie elsewhere, it is the list's.
    ///
    /// # Errors
    ///
    /// As [`Task::judging_files`].
    pub fn hash(&self) -> Result<String, Error> {
        if self.judged_elsewhere() {
            let mut hash = Hash::new();
            hash.part(Criterion::list(&self.criteria()?).as_bytes());
            return Ok(hash.hex());
        }
        Ok(sources::hash(&self.tests(), &self.sources()?))
    }

    /// The wrong designs, each with the criteria that must catch it, by name.
    ///
    /// # Errors
    ///
    /// A wrong without a sound `//! Caught by: <test> (<kind>)` and belief.
    pub fn wrongs(&self) -> Result<Vec<Variant>, Error> {
        variants::wrongs(&self.tests().join("wrong"))
    }

    /// The right designs beside the reference, by name. Nothing catches them.
    ///
    /// # Errors
    ///
    /// A file that cannot be read.
    pub fn rights(&self) -> Result<Vec<Variant>, Error> {
        variants::rights(&self.tests().join("right"))
    }

    fn sources(&self) -> Result<Vec<sources::Source>, Error> {
        sources::of(&self.acceptance(), self.loom().as_deref())
    }

    fn part(&self, top: &str) -> PathBuf {
        self.root.join(top).join(&self.track).join(&self.folder)
    }

    /// `07` and `failure-modes`.
    fn halves(&self) -> (&str, &str) {
        self.folder.split_once('-').unwrap_or((&self.folder, ""))
    }
}

#[cfg(test)]
mod tests {
    use crate::scratch::Scratch;

    #[test]
    fn everything_of_a_task_lies_under_one_name() {
        let scratch = Scratch::new();
        let task = scratch.task("fan-out/07-failure-modes");
        assert_eq!(task.id(), "fan-out/7");
        assert_eq!((task.track(), task.folder(), task.slug()), ("fan-out", "07-failure-modes", "failure-modes"));
        assert_eq!(task.package(), "fan-out-07");
        assert_eq!(task.solution_package(), "fan-out-07-solution");
        assert_eq!(task.exercise(), scratch.path("exercises/fan-out/07-failure-modes"));
        assert_eq!(task.solution(), scratch.path("solutions/fan-out/07-failure-modes"));
        assert_eq!(task.stub(), scratch.path("tests/fan-out/07-failure-modes/stub"));
        assert_eq!(task.hints_file(), scratch.path("tests/fan-out/07-failure-modes/hints.md"));
        assert_eq!(task.chapter(), scratch.path("book/src/fan-out/07-failure-modes.md"));
        assert_eq!((task.loom(), task.bench()), (None, None));
        scratch.file("tests/fan-out/07-failure-modes/loom.rs", "");
        assert_eq!(task.loom(), Some(scratch.path("tests/fan-out/07-failure-modes/loom.rs")));
        scratch.file("tests/fan-out/07-failure-modes/bench.rs", "");
        assert_eq!(task.bench(), Some(scratch.path("tests/fan-out/07-failure-modes/bench.rs")));
        assert_eq!(scratch.task("fan-out/s1-limit-group").package(), "fan-out-s1");
    }

    #[test]
    fn metadata_is_read_whole() {
        let scratch = Scratch::new();
        scratch.file(
            "tests/fan-out/04-cancel/task.toml",
            r#"
                title = "Cancellable fan-out"
                summary = "Task 2 with a token."
                requires = ["nats"]
                forbid = ["tokio::sync::Semaphore"]
                optimised = true
                picture = { test = "cancelled", until_ms = 40, bound = 8, mark = [{ at_ms = 50, label = "cancel" }] }
                [loom]
                files = ["buffer.rs"]
            "#,
        );
        let tasks = scratch.workbook().tasks().expect("tasks");
        let metadata = tasks[0].metadata();
        assert_eq!(metadata.title, "Cancellable fan-out");
        let picture = metadata.picture.as_ref().expect("a picture");
        assert_eq!((picture.test.as_str(), picture.until_ms, picture.bound), ("cancelled", Some(40.0), Some(8)));
        assert_eq!(picture.mark[0].label, "cancel");
        assert_eq!(metadata.loom.as_ref().expect("loom").files, ["buffer.rs"]);
        assert_eq!(metadata.forbid, ["tokio::sync::Semaphore"]);
        assert_eq!(metadata.requires, ["nats"]);
        assert!(metadata.optimised);
    }

    #[test]
    fn an_unknown_key_is_named_with_its_file_and_line() {
        let scratch = Scratch::new();
        scratch.file("tests/fan-out/01-a/task.toml", "title = \"A\"\nsummary = \"\"\ntitel = \"B\"\n");
        let error = scratch.workbook().tasks().expect_err("an unknown key");
        let text = error.to_string();
        assert!(text.contains("01-a/task.toml:3: unknown field `titel`"), "{text}");
        assert!(error.help().contains("title and summary"), "{}", error.help());
    }
}
