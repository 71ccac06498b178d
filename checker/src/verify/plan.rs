//! The subjects of one task, what each must do, and what came of it.

use super::changed;
use super::decides::{self, Decides};
use super::expected::Expected;
use super::proofs::Proofs;
use super::reports::{self, Reports};
use super::varies;
use crate::fault::Fault;
use crate::judge::Outcome;
use crate::show;
use crate::style::{BOLD, DIM, GREEN, RED};
use crate::subject::Subject;
use catalog::{Hash, Task};
use std::path::Path;

/// One task.
pub(super) struct Plan<'a> {
    task: &'a Task,
    criteria: usize,
    pub(super) cases: Vec<Case<'a>>,
    reports: Reports,
    /// Messages are not compared.
    any_words: bool,
    proofs: Proofs,
}

/// One subject.
pub(super) struct Case<'a> {
    /// `stub`, `solution`, `right/stream`, `wrong/late`.
    name: String,
    pub(super) subject: Subject<'a>,
    expected: Expected,
    /// What a learner believed who wrote it.
    belief: String,
    /// Everything that decides what comes of it.
    decides: Hash,
    /// It was proved before, and nothing has changed since.
    pub(super) proved: bool,
    pub(super) outcome: Option<Outcome>,
}

impl<'a> Plan<'a> {
    /// Reads the task and what is known of it. What is to be proved `fresh` counts as never proved.
    pub(super) fn of(root: &Path, task: &'a Task, decides: &mut Decides, fresh: bool) -> Result<Plan<'a>, Fault> {
        let mut cases = vec![
            ("stub".to_owned(), Subject::stub(task), Expected::Unstarted, String::new()),
            ("solution".to_owned(), Subject::solution(task), Expected::Passes, String::new()),
        ];
        for right in task.rights()? {
            let subject = Subject::variant(task, "right", &right);
            cases.push((format!("right/{}", right.name), subject, Expected::Passes, String::new()));
        }
        for wrong in task.wrongs()? {
            let subject = Subject::variant(task, "wrong", &wrong);
            cases.push((format!("wrong/{}", wrong.name), subject, Expected::Caught(wrong.caught_by), wrong.belief));
        }
        let reports = Reports::read(&task.reports())?;
        let proofs = Proofs::read(root, task);
        let shared = decides.about_task(task)?;
        let cases = cases.into_iter().map(|(name, subject, expected, belief)| {
            let decides = decides::about_subject(&shared, &subject)?;
            let proved = !fresh && proofs.hold(&name, &key(&decides, reports.of(&name)));
            Ok(Case { name, subject, expected, belief, decides, proved, outcome: None })
        });
        let cases = cases.collect::<Result<Vec<_>, Fault>>()?;
        Ok(Plan { task, criteria: task.criteria()?.len(), cases, reports, any_words: false, proofs })
    }

    /// Whether every subject is proved or judged.
    pub(super) fn complete(&self) -> bool {
        self.cases.iter().all(|case| case.proved || case.outcome.is_some())
    }

    /// Tells how the task did and returns how many problems it has. Notes what is proved; with `bless`, also what was
    /// told.
    pub(super) fn tell(&mut self, bless: bool) -> Result<usize, Fault> {
        let unchanged = self.cases.iter().filter(|case| case.proved).count();
        let (problems, told_otherwise) = self.look(bless)?;
        let (style, word) = if problems.is_empty() { (GREEN, "ok") } else { (RED, "no") };
        let of = |kind: &str| self.cases.iter().filter(|case| case.name.starts_with(kind)).count();
        outln!(
            "{style}{word:>4}{style:#}  {BOLD}{:<12}{BOLD:#} {} criteria, {}{} right, {} wrong{}",
            self.task.id(),
            self.criteria,
            if unchanged == 0 { "stub, solution, " } else { "" },
            of("right/"),
            of("wrong/"),
            match unchanged {
                0 => String::new(),
                _ => format!(" {DIM}(unchanged, {unchanged} of {} subjects){DIM:#}", self.cases.len()),
            },
        );
        for problem in &problems {
            outln!("      {problem}");
        }
        let id = show::short(self.task);
        if !bless && !self.reports.on_record {
            outln!("      {DIM}no reports on record yet: cargo checker verify --bless {id}{DIM:#}");
        }
        if told_otherwise {
            let right = "if the messages are right as they are now:";
            outln!("      {DIM}{right} cargo checker verify --bless {id}{DIM:#}");
        }
        if !problems.is_empty() {
            outln!("      {DIM}see one: cargo checker task {id} --variant KIND/NAME{DIM:#}");
        }
        // Their outcomes hold what every test printed.
        self.cases.iter_mut().for_each(|case| case.outcome = None);
        Ok(problems.len())
    }

    /// Compares no messages with those on record.
    pub(super) fn any_words(&mut self) {
        self.any_words = true;
    }

    /// Holds what came of the subjects against what was expected and what is on record. The problems, and whether some
    /// are that a report is another one.
    fn look(&mut self, bless: bool) -> Result<(Vec<String>, bool), Fault> {
        let mut problems = Vec::new();
        let mut told_otherwise = false;
        for case in &mut self.cases {
            let Some(outcome) = &case.outcome else { continue };
            let mut own = case.expected.hold(outcome);
            let seen = reports::section(&case.belief, &outcome.judged);
            let known = self.reports.of(&case.name);
            let as_known = varies::fits(known, &seen);
            // What is not as it should be has no message to keep.
            if bless && own.is_empty() {
                let record = to_record(known, &seen, &case.belief, outcome);
                self.reports.set(&case.name, record);
            } else if self.reports.on_record && !self.any_words && !as_known && own.is_empty() {
                told_otherwise = true;
                own.push(format!("the report is not the one on record\n{}", changed::lines(known, &seen)));
            }
            let key = key(&case.decides, self.reports.of(&case.name));
            // What is not on record is not proved either, so that a blessing finds it.
            match own.is_empty() && (bless || as_known) {
                true => self.proofs.note(&case.name, &key),
                false => self.proofs.forget(&case.name, &key),
            }
            problems.extend(own.into_iter().map(|problem| format!("{}: {problem}", case.name)));
        }
        let names: Vec<&str> = self.cases.iter().map(|case| case.name.as_str()).collect();
        if bless {
            self.reports.write(&names)?;
        } else if let Some(gone) = self.reports.others(&names).first() {
            told_otherwise = true;
            problems.push(format!("reports.txt has a section for {gone}, which is gone"));
        }
        self.proofs.write()?;
        Ok((problems, told_otherwise))
    }
}

/// What is put on record: what was on record if that is what was seen, for it may know more of what varies than these
/// few times have shown; else what was seen, with what varied among them.
fn to_record(known: &str, seen: &str, belief: &str, outcome: &Outcome) -> String {
    let record = if varies::fits(known, seen) { known } else { seen };
    reports::other_times(&outcome.judged).fold(record.to_owned(), |record, judged| {
        let seen = reports::section(belief, &judged);
        if varies::fits(&record, &seen) { record } else { varies::masked(&record, &seen) }
    })
}

/// What a subject is proved by: everything that decides, and the report that it got.
fn key(decides: &Hash, report: &str) -> String {
    let mut hash = decides.clone();
    hash.part(report.as_bytes());
    hash.hex()
}
