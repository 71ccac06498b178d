//! The book itself: its pictures are the reference's runs, it builds, every link leads somewhere, and every page opens
//! in a browser, wide and narrow, light and dark.
//!
//! What needs mdBook or Chromium is reported as ignored, with the reason, where they are missing. With
//! `WORKBOOK_DEMAND` set, as CI sets it, what is missing is a failure.

mod browser;
mod links;

use libtest_mimic::{Arguments, Failed, Trial};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output};
use std::sync::OnceLock;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let demanded = std::env::var_os("WORKBOOK_DEMAND").is_some();
    let missing = |program: &str| !demanded && !found(program);
    let trials = vec![
        Trial::test("pictures_are_the_references_runs", pictures),
        Trial::test("every_page_is_whole [needs mdbook: cargo install --locked mdbook@0.5.4]", whole)
            .with_ignored_flag(missing("mdbook")),
        Trial::test("every_link_leads_somewhere_and_nothing_is_loaded_from_outside [needs mdbook]", || {
            links::check(built()?)
        })
        .with_ignored_flag(missing("mdbook")),
        Trial::test("every_page_opens_wide_and_narrow_light_and_dark [needs mdbook and chromium]", || {
            let book = built()?;
            browser::check(book, &pages(book)?)
        })
        .with_ignored_flag(missing("mdbook") || missing("chromium")),
    ];
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn found(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Everything about a command that failed, so that its log is enough to mend it.
fn checked(command: &mut Command) -> Result<Output, Failed> {
    let output = command.output().map_err(|error| format!("{command:?} does not start: {error}"))?;
    if output.status.success() {
        return Ok(output);
    }
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    Err(format!("{command:?} ended with {}\n-- stdout\n{out}\n-- stderr\n{err}", output.status).into())
}

/// Judges every reference that a chapter shows, and holds its swim lanes against the picture in the book.
fn pictures() -> Result<(), Failed> {
    let workbook = catalog::Workbook::find(&root()).map_err(|error| error.to_string())?;
    let tasks = workbook.tasks().map_err(|error| error.to_string())?;
    for task in tasks.iter().filter(|task| task.metadata().picture.is_some()) {
        let id = task.id();
        let run = checked(
            Command::new(env!("CARGO"))
                .args(["checker", "task", &id, "--solution", "--skip-models", "--json", "--spans"])
                .current_dir(root()),
        )?;
        let drawn = checker_book::pictures::draw(&workbook, &run.stdout[..]).map_err(|error| error.to_string())?;
        if let Some(stale) = drawn.iter().find(|drawn| !drawn.current) {
            let redraw = format!(
                "cargo checker task {id} --solution --skip-models --json --spans | cargo run -p checker-book -- pictures"
            );
            return Err(format!(
                "{} is not the reference's run any more; to draw it again: {redraw}",
                stale.file.display()
            )
            .into());
        }
    }
    Ok(())
}

/// The book, built once into a folder of this test's own.
fn built() -> Result<&'static Path, Failed> {
    static BOOK: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let book = BOOK.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("the-book");
        let _ = std::fs::remove_dir_all(&folder);
        checked(Command::new("mdbook").arg("build").arg("--dest-dir").arg(&folder).arg(root().join("book")))
            .map_err(|failed| failed.message().unwrap_or_default().to_owned())?;
        Ok(folder)
    });
    book.as_deref().map_err(|problem| problem.clone().into())
}

/// All pages of the built book by their paths in it, but for the list of contents and the one for a link that leads
/// nowhere. The one that shows the whole book for printing is among them.
fn pages(book: &Path) -> Result<Vec<String>, Failed> {
    let mut pages = Vec::new();
    collect(book, book, &mut pages)?;
    pages.retain(|page| page != "toc.html" && page != "404.html");
    pages.sort();
    if pages.len() < 5 || !pages.iter().any(|page| page == "print.html") {
        return Err(format!("{} holds only {pages:?}", book.display()).into());
    }
    Ok(pages)
}

fn collect(book: &Path, folder: &Path, pages: &mut Vec<String>) -> Result<(), Failed> {
    for entry in std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?.flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(book, &path, pages)?;
        } else if path.extension().is_some_and(|extension| extension == "html") {
            pages.push(path.strip_prefix(book).unwrap_or(&path).display().to_string());
        }
    }
    Ok(())
}

/// What can be seen without a browser: no page is empty or holds a directive, and a task's page has a picture.
fn whole() -> Result<(), Failed> {
    let book = built()?;
    let mut problems = Vec::new();
    for page in pages(book)? {
        let html = std::fs::read_to_string(book.join(&page)).map_err(|error| format!("{page}: {error}"))?;
        if !html.contains("<main>") || !html.contains("</html>") {
            problems.push(format!("{page}: the page is empty"));
        }
        if html.contains("{{") {
            problems.push(format!("{page}: a directive is left in the page"));
        }
        let task = page.rsplit('/').next().is_some_and(is_a_tasks);
        if task && !["lanes", "picture"].iter().any(|class| html.contains(&format!("<figure class=\"{class}\""))) {
            problems.push(format!("{page}: no picture"));
        }
    }
    said(problems)
}

/// Whether a page is a task's: `03-ordered-fan-out.html`, `s2-work-stealing.html`.
fn is_a_tasks(file: &str) -> bool {
    let number = file.split_once('-').map_or("", |(number, _)| number);
    let digits = number.trim_start_matches(|c: char| c.is_ascii_lowercase());
    number.len() - digits.len() <= 1 && !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit())
}

fn said(problems: Vec<String>) -> Result<(), Failed> {
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n").into()) }
}
