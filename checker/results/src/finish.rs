//! Writes all that is derived from the journal.

use crate::class::{self, Class, Learner};
use crate::files::Files;
use crate::journal::{Journal, Lock};
use crate::{Error, Graded, Header, Summary, Visibility};
use crate::{github, gradescope, html, junit, markdown, seal, table};
use std::collections::BTreeMap;
use std::path::Path;

/// What the derived files show.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Learners who may have handed nothing in: they get their rows, too.
    pub learners: Vec<String>,
    /// Whether JUnit and Gradescope files hold how long it took. Two runs differ then.
    pub timings: bool,
    /// What learners see: reports and annotations tell of criteria that are as visible as this, or more, and count
    /// the others. JUnit, tables and the index tell the instructor of all; Gradescope decides itself.
    pub reveal: Visibility,
}

/// Writes the tables, a report, JUnit, Gradescope and annotations for each learner, the index and the summary from
/// the journal in `out`, and puts the journal in the class's order.
///
/// For a journal that is still held, there is [`Journal::finish`].
///
/// # Errors
///
/// [`Error::Nothing`] where there is no journal, [`Error::Chain`] where it was changed, [`Error::Locked`] where a
/// grader works on it, [`Error::Io`]: then the journal is as it was, and it may be tried again.
pub fn finish(out: &Path, options: &Options) -> Result<Summary, Error> {
    if !out.join(crate::JOURNAL).exists() {
        return Err(Error::Nothing { out: out.into() });
    }
    let lock = Lock::take(out)?;
    finish_locked(out, options, &lock)
}

impl Journal {
    /// Closes the journal and does what [`finish`] does.
    ///
    /// # Errors
    ///
    /// Those of [`finish`].
    pub fn finish(self, options: &Options) -> Result<Summary, Error> {
        let (out, lock) = self.into_lock();
        finish_locked(&out, options, &lock)
    }
}

/// What the files of one learner are made of.
pub(crate) struct Page<'a> {
    pub(crate) header: &'a Header,
    pub(crate) learner: &'a Learner,
    /// A record for each task; none where it was not handed in.
    pub(crate) graded: Vec<Option<Graded>>,
    pub(crate) reveal: Visibility,
    /// How long each took, in milliseconds, where that is to be shown.
    pub(crate) took: Vec<Option<u64>>,
}

fn finish_locked(out: &Path, options: &Options, _: &Lock) -> Result<Summary, Error> {
    seal::seal(out)?;
    let class = Class::read(out, &options.learners)?;
    let timings = if options.timings { class::timings(out)? } else { BTreeMap::new() };
    let mut files = Files::new(out);
    let mut journal = class.open()?;
    for learner in &class.learners {
        let graded = class.records(&mut journal, learner)?;
        let took = graded.iter().map(|graded| timings.get(&graded.as_ref().map(Graded::key)?).copied()).collect();
        let page = Page { header: &class.header, learner, graded, reveal: options.reveal, took };
        write_page(&mut files, &page)?;
    }
    files.write("grades.csv", &table::grades(&class)?)?;
    files.write("class.csv", &table::class(&class)?)?;
    files.write("index.html", html::index(&class).as_bytes())?;
    let summary = Summary::of(&class);
    files.write("summary.txt", summary.to_string().as_bytes())?;
    files.finish(crate::JOURNAL)?;
    Ok(summary)
}

fn write_page(files: &mut Files, page: &Page<'_>) -> Result<(), Error> {
    let name = &page.learner.file;
    files.write(&format!("reports/{name}.html"), html::report(page).as_bytes())?;
    files.write(&format!("reports/{name}.md"), markdown::report(page).as_bytes())?;
    files.write(&format!("junit/{name}.xml"), junit::document(page)?.as_bytes())?;
    files.write(&format!("gradescope/{name}.json"), gradescope::document(page)?.as_bytes())?;
    files.write(&format!("annotations/{name}.txt"), github::text(page).as_bytes())
}

/// The annotations of one learner, to be printed by a step of a workflow. GitHub shows ten errors of a step; the
/// others stand in its log.
///
/// # Errors
///
/// [`Error::Nothing`] where the folder has no results for the learner, [`Error::Chain`], [`Error::Io`].
pub fn annotations(out: &Path, learner: &str, reveal: Visibility) -> Result<String, Error> {
    let class = Class::read(out, &[])?;
    let nothing = || Error::Nothing { out: out.into() };
    let learner = class.learners.iter().find(|found| found.name == learner).ok_or_else(nothing)?;
    let mut journal = class.open()?;
    let graded = class.records(&mut journal, learner)?;
    let took = vec![None; graded.len()];
    Ok(github::text(&Page { header: &class.header, learner, graded, reveal, took }))
}
