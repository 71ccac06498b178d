//! Every page in a browser: one start, one page of this test's own, and the book's pages in frames of it.

use crate::said;
use libtest_mimic::Failed;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// When the browser is given up. It takes about 20 s on two idle cores.
const PATIENCE: Duration = Duration::from_secs(240);
/// Said on the console by the test's own page: if it is not heard, nothing is.
const CANARY: &str = "the console is heard";
const SCRIPT: &str = include_str!("browser.js");

/// Opens the pages at two widths and in two themes. Nothing is said on the console; no page is wider than the window; the
/// pictures have words; nothing comes from outside; the search finds something.
pub(crate) fn check(book: &Path, pages: &[String]) -> Result<(), Failed> {
    let frames = book.join("frames.html");
    let list: Vec<String> = pages.iter().map(|page| format!("{page:?}")).collect();
    let html = format!(
        "<!doctype html>\n<meta charset=\"utf-8\">\n<title>Frames</title>\n<body>\n<script>\n\
         const PAGES = [{}];\nconst CANARY = {CANARY:?};\n{SCRIPT}</script>\n",
        list.join(", ")
    );
    fs::write(&frames, html).map_err(|error| format!("{}: {error}", frames.display()))?;
    let seen = browser(&frames, &book.join("browser"));
    let _ = fs::remove_file(&frames);
    let (dom, console) = seen?;

    let spoken = |line: &&str| line.contains(":CONSOLE");
    if !console.lines().any(|line| spoken(&line) && line.contains(CANARY)) {
        return Err(format!("the browser's console is not heard any more\n{console}").into());
    }
    let report = dom.rsplit_once("<pre id=\"report\">").and_then(|(_, rest)| rest.split_once("</pre>"));
    let Some((report, _)) = report else {
        return Err(format!("the pages were not all opened in time\n{console}").into());
    };
    let (count, found) = report.split_once('\n').unwrap_or((report, ""));
    let mut problems: Vec<String> = found.lines().map(|line| line.replace("&lt;", "<").replace("&gt;", ">")).collect();
    if count != format!("{} pages", pages.len()) {
        problems.push(format!("opened {count} of {}", pages.len()));
    }
    problems.extend(console.lines().filter(spoken).filter(|line| !line.contains(CANARY)).map(str::to_owned));
    said(problems)
}

/// The page as it is when all is done, and what was said on the console.
fn browser(page: &Path, folder: &Path) -> Result<(String, String), Failed> {
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let (dom, console) = (folder.join("dom.html"), folder.join("console.txt"));
    let create = |file: &PathBuf| File::create(file).map_err(|error| format!("{}: {error}", file.display()));
    let mut chromium = Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"])
        .args(["--disable-component-update", "--disable-sync", "--disable-quic", "--enable-logging=stderr"])
        // The book is read from files; nothing else can be reached.
        .args(["--allow-file-access-from-files", "--host-resolver-rules=MAP * ~NOTFOUND"])
        // Pages wait for nothing but files, so the budget is reached when all is done.
        .args(["--window-size=1300,1000", "--virtual-time-budget=600000", "--dump-dom"])
        .arg(format!("--user-data-dir={}", folder.join("profile").display()))
        .arg(format!("file://{}", page.display()))
        .stdin(Stdio::null())
        .stdout(create(&dom)?)
        .stderr(create(&console)?)
        .spawn()
        .map_err(|error| format!("chromium does not start: {error}"))?;
    let deadline = Instant::now() + PATIENCE;
    while chromium.try_wait().map_err(|error| error.to_string())?.is_none() {
        if Instant::now() > deadline {
            let _ = chromium.kill();
            let _ = chromium.wait();
            return Err(format!("chromium has not ended after {} s", PATIENCE.as_secs()).into());
        }
        std::thread::park_timeout(Duration::from_millis(50));
    }
    let read = |file: &PathBuf| fs::read(file).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    Ok((read(&dom).map_err(|error| error.to_string())?, read(&console).map_err(|error| error.to_string())?))
}
