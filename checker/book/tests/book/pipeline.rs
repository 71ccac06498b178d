//! The script of the page with sliders computes what Tokio does.

use crate::{checked, root};
use libtest_mimic::Failed;
use std::path::Path;
use std::process::{Command, Output, Stdio};

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
pub(crate) fn check() -> Result<(), Failed> {
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
