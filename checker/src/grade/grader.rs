//! Judges strangers' code: compile it contained, run each criterion contained, remove what was made.

use super::compile::Compiler;
use super::keeper::Kept;
use super::reader;
use super::recipe::{Place, Recipes};
use crate::fault::Fault;
use crate::judge::{self, Judged, Outcome};
use crate::report;
use crate::rules::{Broken, Rules};
use catalog::{Criterion, Task};
use std::path::{Path, PathBuf};
use verdict::{Kind, Verdict};

/// A source by its path inside `src/`.
pub(super) type Source = (PathBuf, Vec<u8>);

/// A task that is ready for submissions.
#[derive(Debug)]
pub(super) struct Prepared<'a> {
    pub(super) task: &'a Task,
    pub(super) criteria: Vec<Criterion>,
    pub(super) recipes: Recipes,
    /// The programs of the services that it needs, as far as they are here.
    pub(super) services: Vec<PathBuf>,
}

/// What all submissions are judged with.
#[derive(Debug)]
pub(super) struct Grader {
    pub(super) compiler: Compiler,
    /// A copy of this program, which reads sources.
    pub(super) reader: PathBuf,
    /// Hides the tests' names; nobody knows it beforehand.
    pub(super) opaque: String,
    pub(super) seed: u64,
    /// What is made for one submission lies below it.
    pub(super) work: PathBuf,
}

impl Grader {
    /// Judges one crate. `slot` is this caller's alone at the time; `aliases` are further names of the library.
    ///
    /// # Errors
    ///
    /// What is the machine's fault: no room, a sandbox that cannot be set up.
    pub(super) fn judge(
        &self,
        slot: usize,
        prepared: &Prepared<'_>,
        sources: &[Source],
        aliases: &[String],
    ) -> Result<Outcome, Fault> {
        let slot = self.work.join(slot.to_string());
        let judged = self.judge_in(&slot, prepared, sources, aliases);
        // Also what a submission has left in its scratch folder.
        super::remove(&slot).and(judged)
    }

    fn judge_in(
        &self,
        slot: &Path,
        prepared: &Prepared<'_>,
        sources: &[Source],
        aliases: &[String],
    ) -> Result<Outcome, Fault> {
        let package = lay(slot, sources)?;
        let place = |name: &str| -> Result<Place, Fault> {
            let out = slot.join(name);
            make(&out)?;
            Ok(Place { package: package.clone(), out })
        };
        let task = prepared.task;
        let hidden = [task.tests()];
        let recipes = &prepared.recipes;
        let tests = self.compiler.compile(&recipes.tests, &place("tests")?, &hidden, &self.opaque, aliases)?;
        let rules = Rules::of(task, recipes.models.is_some());
        // What does not compile has been told already.
        let broken = match tests.broken {
            None => reader::broken_by(
                &rules,
                &package.join("src"),
                &self.compiler.launcher,
                &self.reader,
                self.compiler.weak,
            )?,
            Some(_) => Broken::default(),
        };
        let bound = tests.broken.is_some() || broken.forbidden.is_some() || broken.round_the_shim.is_some();
        let models = match &recipes.models {
            Some(recipe) if !bound => {
                Some(self.compiler.compile(recipe, &place("models")?, &hidden, &self.opaque, aliases)?)
            }
            _ => None,
        };
        let packages = |criterion: &Criterion| match (&models, criterion.model) {
            (Some(models), true) => models,
            _ => &tests,
        };
        let run = |criterion: &Criterion, binary: &Path| {
            let scratch = slot.join(format!("scratch-{}", verdict::opaque::opaque(&self.opaque, &criterion.test)));
            let judged = match Kept::of(self, criterion, &prepared.services, binary.parent().unwrap_or(slot), &scratch)
            {
                Ok(kept) => judge::kept(criterion, binary, &self.opaque, &kept.order, &kept),
                Err(fault) => Judged::at_once(criterion, Verdict::new(Kind::Infra, report::plain(&fault.to_string()))),
            };
            let _ = std::fs::remove_dir_all(&scratch);
            judged
        };
        let judged = judge::each(&prepared.criteria, &packages, &broken, &run);
        Ok(Outcome { judged, compiler: tests.shown.clone(), warnings: tests.warnings })
    }
}

/// Writes the sources into a new package folder.
fn lay(slot: &Path, sources: &[Source]) -> Result<PathBuf, Fault> {
    let package = slot.join("package");
    for (path, text) in sources {
        let file = package.join("src").join(path);
        make(file.parent().unwrap_or(&package))?;
        std::fs::write(&file, text).map_err(|error| Fault::file("write", &file, &error))?;
    }
    make(&package.join("src"))?;
    Ok(package)
}

fn make(folder: &Path) -> Result<(), Fault> {
    std::fs::create_dir_all(folder).map_err(|error| Fault::file("create", folder, &error))
}
