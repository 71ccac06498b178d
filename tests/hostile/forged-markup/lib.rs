//! Task: fan-out/2
//! Expect: all crash
//! Contained: no report holds the submission's text as markup, formula or field
//!
//! A message is pasted into XML, HTML, Markdown and CSV, and takes effect there.

use tokio::sync::mpsc::Receiver;
use workbook::Work;

/// What the header says.
pub fn fan_out(input: Receiver<u64>, work: Work) -> Receiver<u64> {
    let _ = (input, work);
    println!("</system-out></testcase></testsuite><testsuite failures=\"0\">]]>");
    panic!(
        "=HYPERLINK(\"http://192.0.2.1/\",\"ok\"),\"1\",@SUM(1) <script>alert(1)</script> ]]> &amp; | `![](x)` <img src=x onerror=alert(1)>"
    )
}
