//! GitHub Classroom's autograder: a workflow, and a script that turns the checker's records into points and
//! annotations. The reporter is GitHub's own, which reads a result of each task from a variable.

use super::copy::{File, Files, insert};
use crate::fault::Fault;
use crate::show;
use catalog::Task;
use std::fmt::Write;
use std::path::PathBuf;

const WORKFLOW: &str = include_str!("classroom/classroom.yml.txt");
const JUDGE: &str = include_str!("classroom/judge.sh");
const POINTS: &str = include_str!("classroom/points.jq");
const ANNOTATIONS: &str = include_str!("classroom/annotations.jq");

/// Adds what judges these tasks with this version of Rust.
pub(super) fn add(files: &mut Files, tasks: &[&Task], rust: &str) -> Result<(), Fault> {
    let (mut steps, mut results, mut names) = (String::new(), String::new(), Vec::new());
    for task in tasks {
        // The reporter takes letters and digits alone.
        let name: String = task.package().chars().filter(char::is_ascii_alphanumeric).collect();
        let (title, id) = (task.metadata().title.replace('"', "'"), task.id());
        let _ = writeln!(steps, "      - name: \"{} {title}\"", show::short(task));
        let _ = writeln!(steps, "        id: {name}");
        let _ = writeln!(steps, "        if: ${{{{ !cancelled() }}}}");
        let _ = writeln!(steps, "        run: .github/classroom/judge.sh {id}");
        let _ =
            writeln!(results, "          {}_RESULTS: \"${{{{ steps.{name}.outputs.result }}}}\"", name.to_uppercase());
        names.push(name);
    }
    let workflow = WORKFLOW
        .replace("{rust}", rust)
        .replace("{steps}\n", &steps)
        .replace("{results}\n", &results)
        .replace("{runners}", &names.join(","));
    let folder = PathBuf::from(".github");
    insert(files, folder.join("workflows/classroom.yml"), workflow);
    insert(files, folder.join("classroom/points.jq"), POINTS.to_owned());
    insert(files, folder.join("classroom/annotations.jq"), ANNOTATIONS.to_owned());
    files.insert(folder.join("classroom/judge.sh"), File { text: JUDGE.as_bytes().to_vec(), program: true });
    Ok(())
}
