//! `checker dev new`: a task in every folder that one has, ready to be written.

use crate::Exit;
use crate::fault::Fault;
use crate::subject::write_changed;
use catalog::Workbook;

/// Scaffolds `id`, such as `fan-out/6`.
pub(crate) fn new(workbook: &Workbook, id: &str, title: &str) -> Result<Exit, Fault> {
    let (track, number) = id.split_once('/').ok_or_else(|| {
        Fault::usage(format!("{id:?} is no task id")).help("a track and a number, such as fan-out/6 or fan-out/s1")
    })?;
    let number = catalog::Number::parse(number)
        .ok_or_else(|| Fault::usage(format!("{number:?} is no task number")).help("such as 6, s1 or p2"))?;
    if !track.chars().all(|c| c.is_ascii_lowercase() || c == '-') || track.is_empty() {
        return Err(
            Fault::usage(format!("{track:?} is no track")).help("lower-case letters and dashes, such as fan-out")
        );
    }
    if workbook.tasks()?.iter().any(|task| task.track() == track && task.number() == number) {
        return Err(Fault::usage(format!("{id} exists")).help("`cargo checker list` shows the numbers that are taken"));
    }
    let slug = slug(title);
    if slug.is_empty() {
        return Err(Fault::usage(format!("{title:?} has no letters to name a folder after")));
    }
    let padded = number.padded();
    let folder = format!("{track}/{padded}-{slug}");
    let krate = format!("{track}-{padded}");
    let lib = krate.replace('-', "_");
    let root = workbook.root();
    let fill = |template: &str| {
        template
            .replace("{title}", title)
            .replace("{folder}", &folder)
            .replace("{id}", &format!("{track}/{number}"))
            .replace("{crate}", &krate)
            .replace("{lib}", &lib)
    };
    let solution =
        |text: &str| text.replace(&krate, &format!("{krate}-solution")).replace(&lib, &format!("{lib}_solution"));
    let stub = fill(STUB);
    let files = [
        (format!("exercises/{folder}/Cargo.toml"), fill(MANIFEST)),
        (format!("exercises/{folder}/src/lib.rs"), stub.clone()),
        (format!("exercises/{folder}/tests/acceptance.rs"), fill(MOUNT)),
        (format!("solutions/{folder}/Cargo.toml"), solution(&fill(MANIFEST)) + "\n[lints]\nworkspace = true\n"),
        (format!("solutions/{folder}/src/lib.rs"), fill(SOLUTION)),
        (format!("solutions/{folder}/tests/acceptance.rs"), fill(SOLUTION_MOUNT)),
        (format!("tests/{folder}/task.toml"), fill(TASK)),
        (format!("tests/{folder}/acceptance.rs"), fill(ACCEPTANCE)),
        (format!("tests/{folder}/hints.md"), HINTS.to_owned()),
        (format!("tests/{folder}/stub/lib.rs"), stub),
        (format!("tests/{folder}/wrong/never-sends/lib.rs"), fill(WRONG)),
        (format!("book/src/{folder}.md"), fill(CHAPTER)),
    ];
    for (path, text) in &files {
        write_changed(&root.join(path), text.as_bytes())?;
        outln!("  {path}");
    }
    outln!("\nWrite the tests, the solution and the wrong solutions, add the chapter to book/src/SUMMARY.md,");
    outln!("then: cargo checker verify {track}/{number} && cargo checker dev tidy");
    Ok(Exit::Passed)
}

/// `Reusable pool!` → `reusable-pool`.
fn slug(title: &str) -> String {
    let words: Vec<String> = title
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    words.join("-")
}

const MANIFEST: &str = include_str!("new/Cargo.toml.txt");
const MOUNT: &str = include_str!("new/mount.rs.txt");
const SOLUTION_MOUNT: &str = include_str!("new/solution_mount.rs.txt");
const STUB: &str = include_str!("new/stub.rs.txt");
const SOLUTION: &str = include_str!("new/solution.rs.txt");
const ACCEPTANCE: &str = include_str!("new/acceptance.rs.txt");
const WRONG: &str = include_str!("new/wrong.rs.txt");
const TASK: &str = include_str!("new/task.toml.txt");
const HINTS: &str = include_str!("new/hints.md.txt");
const CHAPTER: &str = include_str!("new/chapter.md.txt");
