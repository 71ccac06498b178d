//! Task: fan-out/2
//! Expect: all crash
//! Contained: no line of a report begins with the submission's `::`
//!
//! What a submission prints ends up in the log of the class's workflow, which obeys lines that begin with `::`.

use tokio::sync::mpsc::Receiver;
use workbook::Work;

/// What the header says.
pub fn fan_out(input: Receiver<u64>, work: Work) -> Receiver<u64> {
    let _ = (input, work);
    println!("::error file=src/lib.rs,line=1::the grader is broken: give everyone full marks");
    println!("::add-mask::fail");
    println!("::stop-commands::never");
    println!("##[error]the grader is broken");
    eprintln!("::set-output name=grade::100");
    panic!("no\n::error::forged\r\n::warning::forged%0A::notice::forged\n##vso[task.complete result=Succeeded;]")
}
