//! `checker-book`: mdBook's preprocessor, and the book's pictures.

use catalog::Workbook;
use checker_book::{pictures, preprocess};
use std::error::Error;
use std::io;
use std::path::Path;
use std::process::ExitCode;

const USAGE: &str = "\
usage: checker-book                      mdBook's preprocessor: [context, book] on stdin, the book on stdout
       checker-book supports RENDERER    whether it can preprocess for a renderer
       checker-book pictures [--check]   draw the runs on stdin, as printed by
                                         `cargo checker task ID --solution --json --spans`;
                                         --check writes nothing and fails where a picture is out of date

exit codes: 0 done, 1 a picture is out of date, 2 anything else";

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.as_slice() {
        [] => preprocess::run(io::stdin().lock(), io::stdout().lock()).map(|()| ExitCode::SUCCESS).map_err(Into::into),
        ["supports", _] => Ok(ExitCode::SUCCESS),
        ["pictures"] => draw(false),
        ["pictures", "--check"] => draw(true),
        ["--help" | "-h"] => {
            println!("{USAGE}");
            Ok(ExitCode::SUCCESS)
        }
        _ => Err(USAGE.into()),
    };
    done.unwrap_or_else(|error: Box<dyn Error>| {
        eprintln!("{error}");
        ExitCode::from(2)
    })
}

fn draw(check: bool) -> Result<ExitCode, Box<dyn Error>> {
    let workbook = Workbook::find(Path::new("."))?;
    let drawn = pictures::draw(&workbook, io::stdin().lock())?;
    if drawn.is_empty() {
        return Err("no record is about a task with a picture: its task.toml says `picture = { test = \"…\" }`".into());
    }
    let mut stale = false;
    for picture in drawn {
        let file = picture.file.strip_prefix(workbook.root()).unwrap_or(&picture.file).display();
        if picture.current {
            eprintln!("{file} is up to date");
        } else if check {
            stale = true;
            eprintln!(
                "{file} is not what the reference's run looks like now; draw it again:\n    cargo checker task {} \
                 --solution --json --spans | cargo run --package checker-book -- pictures",
                picture.task
            );
        } else {
            picture.write()?;
            eprintln!("{file} is drawn");
        }
    }
    Ok(if stale { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
