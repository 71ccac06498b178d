//! The generated workspace under `target/subjects/`: one package for each subject, and one for its models or its
//! benchmark.
//!
//! A subject's package takes its dependencies from the crate it comes from and everything else from the
//! checker: profiles, lints, the test targets and the versions in the workbook's `Cargo.toml` and lock file. What
//! is generated is never edited by hand; `cargo clean` removes it.

use crate::fault::Fault;
use crate::subject::{Subject, write_changed};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use toml::{Table, Value};

/// The profile that everything is judged with.
pub(crate) const PROFILE: &str = "judge";

/// How a subject is built whose task asks for optimisation. Level 3 would be little faster, as dependencies that compute
/// have their own profile, and takes half as long again to build: 11.8 s of processor time against 7.4 s for fan-out/17.
const OPTIMISED: i64 = 1;

/// Which criteria of a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Parts {
    /// Those of `acceptance.rs`.
    Tests,
    /// Those of `loom.rs`.
    Models,
    /// Both.
    All,
    /// None: the benchmark.
    Bench,
}

impl Parts {
    /// The subject's packages for these criteria, and whether each is the models'.
    pub(crate) fn packages(self, subject: &Subject<'_>) -> Vec<(String, bool)> {
        let tests = (self != Parts::Models).then(|| (subject.package.clone(), false));
        let models = (matches!(self, Parts::Models | Parts::All) && subject.models).then(|| (models(subject), true));
        tests.into_iter().chain(models).collect()
    }
}

/// The generated workspace, held for as long as its lock is.
#[derive(Debug)]
pub(crate) struct Stage {
    /// `target/subjects`.
    pub(crate) folder: PathBuf,
    /// `target`.
    pub(crate) target: PathBuf,
    /// The folders of generated manifests, and of those that people write.
    written: Vec<(PathBuf, PathBuf)>,
    /// Another checker waits until this is dropped.
    _lock: Lock,
}

/// Keeps other checkers away from the generated workspace until the last clone is dropped.
#[derive(Clone, Debug)]
pub(crate) struct Lock {
    folder: PathBuf,
    _file: Arc<std::fs::File>,
}

/// The folder for build results, where cargo puts them too.
pub(crate) fn target(root: &Path) -> PathBuf {
    let folder = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from);
    root.join(folder)
}

impl Stage {
    /// Writes the workspace for these subjects.
    pub(crate) fn set(root: &Path, subjects: &[Subject<'_>], parts: Parts) -> Result<Stage, Fault> {
        Stage::set_under(&Lock::take(root)?, root, subjects, parts)
    }

    /// The same under a lock that is held already: also while others of its subjects are judged, for only the packages
    /// of these are written.
    pub(crate) fn set_under(lock: &Lock, root: &Path, subjects: &[Subject<'_>], parts: Parts) -> Result<Stage, Fault> {
        let (folder, lock) = (lock.folder.clone(), lock.clone());
        let target = folder.parent().map_or_else(|| target(root), Path::to_path_buf);
        let from = |subject: &Subject<'_>| folder_of(&subject.manifest).to_owned();
        let generated = |name: String, subject: &Subject<'_>| (folder.join(name), from(subject));
        let packages = |subject: &Subject<'_>| [subject.package.clone(), models(subject), bench(subject)];
        let written = subjects.iter().flat_map(|subject| packages(subject).map(|name| generated(name, subject)));
        let written = written.collect();
        let stage = Stage { folder, target, written, _lock: lock };
        let workbook = read_manifest(&root.join("Cargo.toml"))?;
        let (mut members, mut profiles) = (Vec::new(), Table::new());
        for subject in subjects {
            for (package, model) in parts.packages(subject) {
                let profile = profile(subject, model);
                if !profile.is_empty() {
                    profiles.insert(package.clone(), profile.into());
                }
                members.push(package);
                stage.package(root, subject, model)?;
            }
            if let (Parts::Bench, Some(program)) = (parts, subject.task.bench()) {
                members.push(bench(subject));
                stage.bench(subject, &program)?;
            }
        }
        let manifest = workspace(root, &workbook, &members, profiles)?;
        write_changed(&stage.folder.join("Cargo.toml"), manifest.as_bytes())?;
        // cargo drops from a lock file what the members do not need: the next subjects start from the whole one.
        let versions = root.join("Cargo.lock");
        if let Ok(text) = std::fs::read(&versions) {
            let path = stage.folder.join("Cargo.lock");
            std::fs::write(&path, text).map_err(|error| Fault::file("write", &path, &error))?;
        }
        Ok(stage)
    }

    /// Where a subject's package lies.
    pub(crate) fn staged(&self, subject: &Subject<'_>) -> PathBuf {
        self.folder.join(&subject.package)
    }

    /// The package of this manifest, if it is one of the stage's.
    pub(crate) fn package_of(&self, manifest: &Path) -> Option<String> {
        let folder = manifest.parent()?;
        let name = folder.file_name()?.to_str()?;
        (folder.parent() == Some(&self.folder)).then(|| name.to_owned())
    }

    /// What cargo says about a generated manifest, as said of the one that it was made from.
    pub(crate) fn as_written(&self, said: &str) -> String {
        let quoted = |path: &Path, end: &str| format!("{}{end}", path.display());
        self.written.iter().fold(said.to_owned(), |said, (generated, written)| {
            ["/", "`", ")"].iter().fold(said, |said, end| said.replace(&quoted(generated, end), &quoted(written, end)))
        })
    }

    fn package(&self, root: &Path, subject: &Subject<'_>, model: bool) -> Result<(), Fault> {
        let task = subject.task;
        let staged = self.staged(subject);
        subject.lay(&staged)?;
        let sources = subject.sources(&staged);
        let own = read_manifest(&subject.manifest)?;
        let named = own
            .get("lib")
            .and_then(|lib| lib.get("name"))
            .or_else(|| own.get("package").and_then(|package| package.get("name")))
            .and_then(Value::as_str)
            .unwrap_or(&subject.package);
        let lib = subject.lib.clone().unwrap_or_else(|| named.replace('-', "_"));
        let (name, test) = if model { (models(subject), "loom") } else { (subject.package.clone(), "acceptance") };
        let folder = self.folder.join(&name);

        let mut manifest = Table::new();
        let edition = own.get("package").and_then(|package| package.get("edition")).cloned();
        manifest.insert("package".into(), package(&name, edition.unwrap_or_else(inherited)).into());
        manifest.insert("lib".into(), target_table(&lib, &sources.join("lib.rs")).into());
        let main = sources.join("main.rs");
        if main.exists() && !model {
            manifest.insert("bin".into(), vec![Value::from(target_table(&name, &main))].into());
        }
        let mut dependencies = dependencies(&own, "dependencies", folder_of(&subject.manifest));
        let mut for_tests = Table::new();
        if !task.judged_elsewhere() {
            let mut judged = Table::new();
            judged.insert("name".into(), test.into());
            judged.insert("path".into(), format!("{test}.rs").into());
            manifest.insert("test".into(), vec![Value::from(judged)].into());
            for_tests = trusted(task)?;
        }
        if model {
            let mut twin = Table::new();
            twin.insert("package".into(), "workbook-loom".into());
            twin.insert("path".into(), path(&root.join("tests/loom")));
            dependencies.insert("workbook".into(), twin.clone().into());
            for_tests.insert("workbook".into(), twin.into());
        }
        manifest.insert("dependencies".into(), dependencies.into());
        manifest.insert("dev-dependencies".into(), for_tests.into());
        if let Some(features) = own.get("features") {
            manifest.insert("features".into(), features.clone());
        }
        let mut rust = Table::new();
        rust.insert("unsafe_code".into(), "forbid".into());
        let mut lints = Table::new();
        lints.insert("rust".into(), rust.into());
        manifest.insert("lints".into(), lints.into());

        write_changed(&folder.join("Cargo.toml"), toml::to_string(&manifest).map_err(unwritable)?.as_bytes())?;
        if task.judged_elsewhere() {
            return Ok(());
        }
        let tests = task.tests().join(format!("{test}.rs"));
        let mount = format!("extern crate {lib} as task;\n#[path = {:?}]\nmod {test};\n", tests.display().to_string());
        write_changed(&folder.join(format!("{test}.rs")), mount.as_bytes())
    }

    /// A package with the benchmark alone, which depends on the subject's as `task`. It has what the solution's tests
    /// have but for the judge's library: that would be built once more, optimised, and not be used.
    fn bench(&self, subject: &Subject<'_>, program: &Path) -> Result<(), Fault> {
        let mut dependencies = trusted(subject.task)?;
        dependencies.remove("harness");
        dependencies.insert("measure".into(), inherited());
        let mut judged = Table::new();
        judged.insert("package".into(), subject.package.as_str().into());
        judged.insert("path".into(), path(&self.staged(subject)));
        dependencies.insert("task".into(), judged.into());
        let mut target = Table::new();
        target.insert("name".into(), "bench".into());
        target.insert("path".into(), path(program));
        target.insert("harness".into(), false.into());

        let name = bench(subject);
        let mut manifest = Table::new();
        manifest.insert("package".into(), package(&name, inherited()).into());
        manifest.insert("bench".into(), vec![Value::from(target)].into());
        manifest.insert("dependencies".into(), dependencies.into());
        let text = toml::to_string(&manifest).map_err(unwritable)?;
        write_changed(&self.folder.join(name).join("Cargo.toml"), text.as_bytes())
    }
}

/// The package of a subject's benchmark.
pub(crate) fn bench(subject: &Subject<'_>) -> String {
    format!("{}-bench", subject.package)
}

/// The package of a subject's loom models.
pub(crate) fn models(subject: &Subject<'_>) -> String {
    format!("{}-models", subject.package)
}

impl Lock {
    /// One checker at a time uses the generated workspace. Waits for its turn.
    pub(crate) fn take(root: &Path) -> Result<Lock, Fault> {
        let folder = target(root).join("subjects");
        std::fs::create_dir_all(&folder).map_err(|error| {
            Fault::file("create", &folder, &error).help("set CARGO_TARGET_DIR to a folder that you may write to")
        })?;
        // As cargo will name it: a path through `..` or a link is not the one in its messages.
        let folder = folder.canonicalize().map_err(|error| Fault::file("find", &folder, &error))?;
        let file = Arc::new(lock(&folder)?);
        Ok(Lock { folder, _file: file })
    }
}

/// One checker at a time uses the generated workspace: what is built must not change while it is judged.
fn lock(folder: &Path) -> Result<std::fs::File, Fault> {
    let path = folder.join(".lock");
    let open = std::fs::File::options().read(true).write(true).create(true).truncate(false).open(&path);
    let mut file = open.map_err(|error| Fault::file("create", &path, &error))?;
    if file.try_lock().is_err() {
        let holder = holder(&path).map_or_else(String::new, |holder| format!(" ({holder})"));
        errln!("waiting for another checker in this workbook{holder}");
        // Where locks are not supported, two checkers are the user's to keep apart.
        let _ = file.lock();
    }
    // Only for the one that waits.
    let command: Vec<String> = std::env::args().skip(1).collect();
    let _ = file.set_len(0);
    let _ = write!(file, "process {}: checker {}", std::process::id(), command.join(" "));
    Ok(file)
}

/// Keeps other checkers of this workbook from judging, where there is a target folder to say so in.
pub(crate) fn hold(root: &Path) -> Option<std::fs::File> {
    let folder = target(root).join("subjects");
    folder.is_dir().then(|| lock(&folder).ok()).flatten()
}

/// Who holds the lock, as `process 4711: checker task 3`.
pub(crate) fn holder(lock: &Path) -> Option<String> {
    let said = std::fs::read_to_string(lock).ok()?;
    Some(crate::report::cut(&crate::report::plain(said.trim()), 60)).filter(|said| !said.is_empty())
}

/// What a task's tests are built with, whatever a learner's manifest says.
fn trusted(task: &catalog::Task) -> Result<Table, Fault> {
    let path = task.manifest();
    let manifest = read_manifest(&path)?;
    let mut all = dependencies(&manifest, "dependencies", folder_of(&path));
    all.extend(dependencies(&manifest, "dev-dependencies", folder_of(&path)));
    Ok(all)
}

fn folder_of(manifest: &Path) -> &Path {
    manifest.parent().unwrap_or(manifest)
}

fn read_manifest(path: &Path) -> Result<Table, Fault> {
    let text = std::fs::read_to_string(path).map_err(|error| Fault::file("read", path, &error))?;
    text.parse::<Table>().map_err(|error| {
        let place = error.span().map_or(1, |span| text[..span.start.min(text.len())].lines().count().max(1));
        Fault::usage(format!("{}:{place}: {}", path.display(), error.message().trim()))
            .help("`git diff` shows what was changed in this manifest")
    })
}

fn unwritable(error: toml::ser::Error) -> Fault {
    Fault::infra(format!("a manifest cannot be written: {error}"))
}

/// How a subject's package is built otherwise than others when it is judged.
fn profile(subject: &Subject<'_>, model: bool) -> Table {
    let mut profile = Table::new();
    if subject.task.metadata().optimised && !model {
        profile.insert("opt-level".into(), OPTIMISED.into());
    }
    // What is built once has no use for what would make the next build faster: 35 MB each.
    if subject.built_once {
        profile.insert("incremental".into(), false.into());
    }
    profile
}

/// The workbook's shared tables, with paths that hold from anywhere. Of the members, some have profiles of their own
/// when they are judged.
fn workspace(root: &Path, workbook: &Table, members: &[String], own: Table) -> Result<String, Fault> {
    let mut workspace = Table::new();
    workspace.insert("resolver".into(), "3".into());
    workspace.insert("members".into(), Value::from(members.to_vec()));
    if let Some(shared) = workbook.get("workspace").and_then(Value::as_table) {
        if let Some(package) = shared.get("package") {
            workspace.insert("package".into(), package.clone());
        }
        let mut dependencies = shared.get("dependencies").and_then(Value::as_table).cloned().unwrap_or_default();
        rebase(&mut dependencies, root);
        workspace.insert("dependencies".into(), dependencies.into());
    }
    let mut manifest = Table::new();
    manifest.insert("workspace".into(), workspace.into());
    let mut profiles = workbook.get("profile").and_then(Value::as_table).cloned().unwrap_or_default();
    if !own.is_empty() {
        table_in(table_in(&mut profiles, PROFILE), "package").extend(own);
    }
    manifest.insert("profile".into(), profiles.into());
    toml::to_string(&manifest).map_err(unwritable)
}

/// The table of this name, which is made if it is not there.
fn table_in<'a>(table: &'a mut Table, name: &str) -> &'a mut Table {
    let entry = table.entry(name).or_insert_with(|| Table::new().into());
    entry.as_table_mut().expect("cargo has read this manifest, and takes nothing else there")
}

fn dependencies(manifest: &Table, section: &str, from: &Path) -> Table {
    let mut dependencies = manifest.get(section).and_then(Value::as_table).cloned().unwrap_or_default();
    rebase(&mut dependencies, from);
    dependencies
}

/// Makes the paths of dependencies absolute.
fn rebase(dependencies: &mut Table, from: &Path) {
    for (_, dependency) in dependencies.iter_mut() {
        if let Some(relative) = dependency.get("path").and_then(Value::as_str).map(|relative| from.join(relative))
            && let Some(table) = dependency.as_table_mut()
        {
            table.insert("path".into(), path(&relative));
        }
    }
}

fn path(path: &Path) -> Value {
    Value::from(path.display().to_string())
}

fn inherited() -> Value {
    let mut inherited = Table::new();
    inherited.insert("workspace".into(), true.into());
    inherited.into()
}

/// A package without any target but those that its manifest names.
fn package(name: &str, edition: Value) -> Table {
    let mut package = Table::new();
    package.insert("name".into(), name.into());
    package.insert("version".into(), "0.0.0".into());
    package.insert("edition".into(), edition);
    for auto in ["autolib", "autobins", "autotests", "autoexamples", "autobenches", "build", "publish"] {
        package.insert(auto.into(), false.into());
    }
    package
}

fn target_table(name: &str, source: &Path) -> Table {
    let mut target = Table::new();
    target.insert("name".into(), name.into());
    target.insert("path".into(), path(source));
    for off in ["test", "doctest", "bench", "doc"] {
        target.insert(off.into(), false.into());
    }
    target
}

#[cfg(test)]
mod tests {
    use super::workspace;
    use std::path::Path;
    use toml::{Table, Value};

    #[test]
    fn only_those_that_ask_for_it_have_a_profile_of_their_own() {
        let workbook: Table = "[profile.dev]\ndebug = \"limited\"\n[profile.dev.package.sha2]\nopt-level = 3\n\
                               [profile.judge]\ninherits = \"dev\"\n"
            .parse()
            .expect("a manifest");
        let members = ["fast".to_owned(), "plain".to_owned()];
        let written = |own: &str| -> Table {
            let own = own.parse().expect("profiles");
            let text = workspace(Path::new("/w"), &workbook, &members, own).expect("it can be written");
            text.parse().expect("it is TOML")
        };
        let profiles = |own| written(own)["profile"].clone();
        let fast = "[fast]\nopt-level = 1\n";
        assert_eq!(profiles(""), workbook["profile"]);
        let judge: Table = "inherits = \"dev\"\n[package.fast]\nopt-level = 1\n".parse().expect("a profile");
        assert_eq!(profiles(fast)["judge"], Value::from(judge));
        assert_eq!(profiles(fast)["dev"], workbook["profile"]["dev"]);
        assert_eq!(written("")["workspace"]["members"], Value::from(members.to_vec()));
    }
}
