//! The book itself: its pictures are the reference's runs, it builds, every page opens in a browser, and the script of
//! the page with sliders computes what Tokio does.
//!
//! What needs mdBook or Chromium is reported as ignored, with the reason, where they are missing. With
//! `WORKBOOK_DEMAND` set, as CI sets it, what is missing is a failure.

use libtest_mimic::{Arguments, Failed, Trial};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output, Stdio};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let demanded = std::env::var_os("WORKBOOK_DEMAND").is_some();
    let missing = |program: &str| !demanded && !found(program);
    let trials = vec![
        Trial::test("pictures_are_the_references_runs", pictures),
        Trial::test("the_book_builds [needs mdbook: cargo install mdbook]", || build().map(drop))
            .with_ignored_flag(missing("mdbook")),
        Trial::test("every_page_opens_without_a_word_on_the_console [needs mdbook and chromium]", pages)
            .with_ignored_flag(missing("mdbook") || missing("chromium")),
        Trial::test("the_pages_pipeline_has_the_times_of_tokios [needs chromium]", pipeline)
            .with_ignored_flag(missing("chromium")),
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

/// Builds the book into a folder of this test's own.
fn build() -> Result<PathBuf, Failed> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("book-{}", std::process::id()));
    checked(Command::new("mdbook").arg("build").arg("--dest-dir").arg(&folder).arg(root().join("book")))?;
    Ok(folder)
}

/// Opens every page: nothing on the console, no empty page, the pictures in their places.
fn pages() -> Result<(), Failed> {
    let book = build()?;
    let mut pages = Vec::new();
    collect(&book, &mut pages)?;
    if pages.len() < 5 {
        return Err(format!("only {} pages in {}", pages.len(), book.display()).into());
    }
    let profile = book.join("browser");
    let mut problems = Vec::new();
    for page in &pages {
        let output = open(page, &profile)?;
        let (dom, said) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        let name = page.strip_prefix(&book).unwrap_or(page).display().to_string();
        problems.extend(said.lines().filter(|line| line.contains(":CONSOLE")).map(|line| format!("{name}: {line}")));
        if !dom.contains("<main>") || !dom.contains("</html>") {
            problems.push(format!("{name}: the page is empty"));
        }
        if dom.contains("{{") {
            problems.push(format!("{name}: a directive is left in the page"));
        }
        let task = name.rsplit('/').next().is_some_and(|file| file.starts_with(|c: char| c.is_ascii_digit()));
        if task && !dom.contains("<figure class=\"lanes\"") {
            problems.push(format!("{name}: no picture"));
        }
    }
    let _ = std::fs::remove_dir_all(&book);
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n").into()) }
}

/// A page in a browser without a window: what became of it on stdout, its console on stderr.
fn open(page: &Path, profile: &Path) -> Result<Output, Failed> {
    checked(
        Command::new("chromium")
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"])
            .args(["--disable-component-update", "--disable-sync", "--disable-quic", "--enable-logging=stderr"])
            .args(["--virtual-time-budget=2000", "--dump-dom"])
            .arg(format!("--user-data-dir={}", profile.display()))
            .arg(format!("file://{}", page.display()))
            .stdin(Stdio::null()),
    )
}

/// Lets the script of "A pipeline by hand" compute what two experiments printed: every figure is the same, and in the
/// grid the sum of all times of all items.
fn pipeline() -> Result<(), Failed> {
    let mut settings = 0;
    let mut problems = Vec::new();
    for name in ["pipeline", "pipeline-grid"] {
        let stored = std::fs::read_to_string(root().join(format!("book/src/outputs/{name}.txt")))?;
        // `150 items; a setting is: …`, and rows that begin with `6/8/40/50/16/2`.
        let items = stored.lines().find_map(|line| line.split_once(" items;")).ok_or("no number of items")?.0;
        let is_row = |line: &str| line.split(' ').next().is_some_and(|first| first.matches('/').count() == 5);
        let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        let expected: Vec<_> = stored.lines().map(words).filter(|row| is_row(row)).collect();
        let calls: String = expected
            .iter()
            .filter_map(|row| row.split_once(' '))
            .map(|(setting, _)| format!("document.writeln(pipelineByHand.line('{setting}', {items}, 1));\n"))
            .collect();

        let script = root().join("book/pipeline.js").canonicalize()?;
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        let page = folder.join("page.html");
        let scripts = format!("<script src=\"file://{}\"></script>\n<pre><script>{calls}</script>", script.display());
        std::fs::write(&page, format!("<!doctype html><meta charset=\"utf-8\">{scripts}</pre>"))?;
        let output = open(&page, &folder.join("browser"))?;
        let dom = String::from_utf8_lossy(&output.stdout);
        let computed: Vec<_> = dom
            .split_once("<pre>")
            .and_then(|(_, pre)| pre.split_once("</script>"))
            .map_or("", |(_, rows)| rows)
            .lines()
            .filter(|row| is_row(row))
            .collect();
        if computed.len() != expected.len() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(format!("{name}: {} rows of {}\n{dom}\n{said}", computed.len(), expected.len()).into());
        }
        for (stored, computed) in expected.iter().zip(&computed) {
            // The script always adds the sum.
            if computed != stored && computed.rsplit_once(' ').map(|(row, _)| row) != Some(stored.as_str()) {
                problems.push(format!("{name}: Tokio's   {stored}\n{name}: the page's {computed}"));
            }
        }
        settings += expected.len();
        let _ = std::fs::remove_dir_all(&folder);
    }
    if settings < 80 {
        problems.push(format!("only {settings} settings were compared"));
    }
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n").into()) }
}

/// All pages of the built book, but for the one that shows the whole book for printing and the list of contents.
fn collect(folder: &Path, pages: &mut Vec<PathBuf>) -> Result<(), Failed> {
    for entry in std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?.flatten() {
        let path = entry.path();
        let name = entry.file_name();
        if path.is_dir() {
            collect(&path, pages)?;
        } else if path.extension().is_some_and(|extension| extension == "html")
            && name != "toc.html"
            && name != "404.html"
        {
            pages.push(path);
        }
    }
    Ok(())
}
