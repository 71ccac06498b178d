//! How a task's crates are compiled: recorded once from cargo, then repeated for each submission without it.
//!
//! Cargo reads manifests, runs build scripts and shares one target folder, none of which a stranger's code may have a
//! part in. So cargo builds the untouched stub, with this program as the wrapper of rustc, which notes each call.
//! Another crate of the same name is compiled by the same call with other paths. The dependencies are linked into
//! a folder of their own, where there is nothing else to be read.

use crate::cargo::Message;
use crate::fault::Fault;
use crate::stage::{Lock, Parts, Stage};
use crate::subject::Subject;
use crate::{build, cargo};
use catalog::Task;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// The folder to note calls in; set by the grader alone.
const RECORD: &str = "WORKBOOK_RECORD";

/// One call of rustc.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Call {
    pub(super) rustc: PathBuf,
    pub(super) arguments: Vec<String>,
    /// What cargo tells the crate: its name, its version, its programs.
    pub(super) environment: BTreeMap<String, String>,
}

/// How one package of a task is compiled: the tests, or the models.
#[derive(Clone, Debug)]
pub(super) struct Recipe {
    pub(super) library: Call,
    pub(super) program: Option<Call>,
    pub(super) tests: Call,
    /// The file that mounts the tests, without their lines: `#[track_caller]` would tell a submission which one calls.
    pub(super) mount: PathBuf,
    /// The folder of all dependencies, and of nothing else.
    pub(super) dependencies: PathBuf,
}

/// How a task is compiled.
#[derive(Clone, Debug)]
pub(super) struct Recipes {
    pub(super) tests: Recipe,
    pub(super) models: Option<Recipe>,
}

/// Whether this process is to note a call of rustc, and what came of it then.
pub(crate) fn wrapped() -> Option<ExitCode> {
    let folder = PathBuf::from(std::env::var_os(RECORD)?);
    let mut arguments = std::env::args_os().skip(1);
    let rustc = PathBuf::from(arguments.next()?);
    let arguments: Vec<_> = arguments.collect();
    note(&folder, &rustc, &arguments);
    let error = std::os::unix::process::CommandExt::exec(Command::new(&rustc).args(arguments).env_remove(RECORD));
    eprintln!("error: {} does not start: {error}", rustc.display());
    Some(ExitCode::from(3))
}

/// Notes the call; one that cannot be noted is missed later.
fn note(folder: &Path, rustc: &Path, arguments: &[std::ffi::OsString]) {
    let arguments: Vec<String> = arguments.iter().map(|argument| argument.to_string_lossy().into_owned()).collect();
    let Some(name) = value(&arguments, "--crate-name") else { return };
    let environment = std::env::vars().filter(|(name, _)| name.starts_with("CARGO")).collect();
    let package = std::env::var("CARGO_PKG_NAME").unwrap_or_default();
    let kind = match arguments.iter().any(|argument| argument == "--test") {
        true => "test",
        false => value(&arguments, "--crate-type").unwrap_or("none"),
    };
    let file = folder.join(format!("{package} {kind} {name}.json"));
    let call = Call { rustc: rustc.to_owned(), arguments: arguments.clone(), environment };
    let _ = serde_json::to_vec(&call).map(|text| std::fs::write(file, text));
}

/// What follows this option.
fn value<'a>(arguments: &'a [String], option: &str) -> Option<&'a str> {
    let at = arguments.iter().position(|argument| argument == option)?;
    arguments.get(at + 1).map(String::as_str)
}

/// Builds the task's stub, and notes how that is done. `folder` is for this task alone.
///
/// # Errors
///
/// Whatever keeps the workbook's own stub and tests from being built: nothing can be graded then.
pub(super) fn recipes(root: &Path, lock: &Lock, task: &Task, folder: &Path) -> Result<Recipes, Fault> {
    let subject = Subject::folder(task, "graded", &task.stub());
    let subject = [subject];
    let stage = Stage::set_under(lock, root, &subject, Parts::All)?;
    let packages: Vec<String> = Parts::All.packages(&subject[0]).into_iter().map(|(name, _)| name).collect();
    let dependencies = anew(&folder.join("dependencies"))?;
    let calls = anew(&folder.join("calls"))?;
    let mounts = Mounts { folder: anew(&folder.join(PLACELESS))?, tests: task.tests() };
    let mut built = build_and_note(root, &stage, &packages, &calls)?;
    if Recipe::read(&calls, &packages[0], &mounts, &dependencies).is_err() {
        // Cargo has nothing to do where all is there: what is not called cannot be noted.
        built.own.iter().for_each(|file| drop(std::fs::remove_file(file)));
        built = build_and_note(root, &stage, &packages, &calls)?;
    }
    for file in &built.dependencies {
        let name = file.file_name().unwrap_or_default();
        link(file, &dependencies.join(name))?;
    }
    let mut recipes = packages.iter().map(|package| Recipe::read(&calls, package, &mounts, &dependencies));
    let tests = recipes.next().unwrap_or_else(|| Err(Fault::infra("a subject without a package")))?;
    Ok(Recipes { tests, models: recipes.next().transpose()? })
}

/// What cargo built.
#[derive(Default)]
struct Files {
    /// Of the stub and its tests.
    own: Vec<PathBuf>,
    /// What rustc reads of the dependencies.
    dependencies: Vec<PathBuf>,
}

fn build_and_note(root: &Path, stage: &Stage, packages: &[String], calls: &Path) -> Result<Files, Fault> {
    let wrapper = std::env::current_exe().map_err(|error| Fault::infra(format!("this program is gone: {error}")))?;
    let mut command = build::command(root, stage, packages, build::What::Tests);
    command.env("RUSTC_WORKSPACE_WRAPPER", wrapper).env(RECORD, calls);
    let progress = cargo::progress(false, "{spinner} building the tests, {pos} done, {elapsed}: {msg}");
    let (mut files, mut errors) = (Files::default(), String::new());
    let ended = cargo::run(&mut command, &progress, |message| {
        match message {
            Message::Artifact { manifest_path, filenames, .. } => match stage.package_of(&manifest_path) {
                Some(_) => files.own.extend(filenames),
                None => files.dependencies.extend(filenames.into_iter().filter(|file| is_read(file))),
            },
            Message::Diagnostic { message, .. } if message.level == "error" => {
                errors.push_str(message.rendered.as_deref().unwrap_or_default());
            }
            _ => {}
        }
        ControlFlow::Continue(())
    });
    match ended {
        Ok(ended) if ended.success => Ok(files),
        Ok(ended) => {
            Err(Fault::infra(format!("the stub and its tests cannot be built\n{errors}{}", ended.said.trim()))
                .help("`cargo checker doctor` looks at the toolchain; `cargo checker verify` at the task"))
        }
        Err(error) => Err(Fault::infra(format!("cargo does not start: {error}"))),
    }
}

/// Whether rustc reads such a file of a dependency.
fn is_read(file: &Path) -> bool {
    file.extension().is_some_and(|extension| ["rlib", "rmeta", "so"].iter().any(|read| extension == *read))
}

/// An empty folder.
fn anew(folder: &Path) -> Result<PathBuf, Fault> {
    super::remove(folder)?;
    std::fs::create_dir_all(folder).map_err(|error| Fault::file("create", folder, &error))?;
    folder.canonicalize().map_err(|error| Fault::file("find", folder, &error))
}

/// The same file under another name, or a copy where that cannot be.
fn link(file: &Path, name: &Path) -> Result<(), Fault> {
    match std::fs::hard_link(file, name) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Ok(()) => Ok(()),
        Err(_) => std::fs::copy(file, name).map(drop).map_err(|error| Fault::file("copy", file, &error)),
    }
}

impl Recipe {
    fn read(calls: &Path, package: &str, mounts: &Mounts, dependencies: &Path) -> Result<Recipe, Fault> {
        let entries = std::fs::read_dir(calls).map_err(|error| Fault::file("read", calls, &error))?;
        let (mut library, mut program, mut tests) = (None, None, None);
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let Some((_, kind)) = name.split_once(' ').filter(|(of, _)| *of == package) else { continue };
            let text = std::fs::read(entry.path()).map_err(|error| Fault::file("read", &entry.path(), &error))?;
            let call: Option<Call> = serde_json::from_slice(&text).ok();
            match kind.split(' ').next() {
                Some("lib") => library = call,
                Some("bin") => program = call,
                Some("test") => tests = call,
                _ => {}
            }
        }
        let missed = |what: &str| Fault::infra(format!("how {what} of {package} is compiled was not noted"));
        let library = library.ok_or_else(|| missed("the library"))?;
        let tests = tests.ok_or_else(|| missed("the tests"))?;
        Ok(Recipe {
            mount: mounts.write(library.crate_name(), tests.crate_name())?,
            library,
            program,
            tests,
            dependencies: dependencies.to_owned(),
        })
    }
}

/// The folder of files that mount tests; the harness knows it by its name.
const PLACELESS: &str = "placeless";

/// Where tests are mounted.
struct Mounts {
    folder: PathBuf,
    tests: PathBuf,
}

impl Mounts {
    /// Mounts the tests of this name against this library.
    fn write(&self, library: &str, test: &str) -> Result<PathBuf, Fault> {
        let (file, tests) = (self.folder.join(format!("{test}.rs")), self.tests.join(format!("{test}.rs")));
        let mount = format!(
            "extern crate {library} as task;\n::harness::placeless!({test} {:?});\n",
            tests.display().to_string()
        );
        std::fs::write(&file, mount).map_err(|error| Fault::file("write", &file, &error))?;
        Ok(file)
    }
}

/// Where one submission's crate is compiled.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// The package: what is compiled lies in its `src/`.
    pub(super) package: PathBuf,
    /// What the compiler writes.
    pub(super) out: PathBuf,
}

impl Call {
    pub(super) fn crate_name(&self) -> &str {
        value(&self.arguments, "--crate-name").unwrap_or_default()
    }

    /// What the linker makes of this call.
    pub(super) fn linked(&self, place: &Place) -> PathBuf {
        let extra = self.arguments.iter().find_map(|argument| argument.strip_prefix("extra-filename="));
        place.out.join(format!("{}{}", self.crate_name(), extra.unwrap_or_default()))
    }

    /// The arguments for another crate: its source, what it is linked with, where it is written to.
    pub(super) fn arguments(&self, recipe: &Recipe, place: &Place, source: &Path) -> Vec<String> {
        let library = format!("lib{}-", recipe.library.crate_name());
        let mut arguments = vec![];
        let mut given = self.arguments.iter();
        while let Some(argument) = given.next() {
            let mut pair = |value: String| arguments.extend([argument.clone(), value]);
            match argument.as_str() {
                "--out-dir" => {
                    given.next();
                    pair(place.out.display().to_string());
                }
                "-C" => match given.next() {
                    Some(value) if value.starts_with("incremental=") => {}
                    value => pair(value.cloned().unwrap_or_default()),
                },
                "-L" => match given.next() {
                    Some(value) if value.starts_with("dependency=") => {
                        pair(format!("dependency={}", recipe.dependencies.display()));
                    }
                    value => pair(value.cloned().unwrap_or_default()),
                },
                "--extern" => {
                    let value = given.next().map(String::as_str).unwrap_or_default();
                    let (name, path) = value.split_once('=').unwrap_or((value, ""));
                    let file = Path::new(path).file_name().unwrap_or_default();
                    let own = file.to_string_lossy().starts_with(&library);
                    let folder = if own { &place.out } else { &recipe.dependencies };
                    pair(if path.is_empty() {
                        name.to_owned()
                    } else {
                        format!("{name}={}", folder.join(file).display())
                    });
                }
                _ if argument.starts_with("--emit=") => {
                    arguments.push(argument.replace("dep-info,", ""));
                }
                _ if argument.starts_with("--json=") => {
                    arguments.push(argument.replace("diagnostic-rendered-ansi,", ""));
                }
                _ if argument.ends_with(".rs") => arguments.push(source.display().to_string()),
                _ => arguments.push(argument.clone()),
            }
        }
        arguments
    }

    /// What the crate may ask of its environment: what cargo says of packages, with the paths of this one.
    pub(super) fn environment(&self, recipe: &Recipe, place: &Place) -> BTreeMap<String, String> {
        let told = ["CARGO_PKG_", "CARGO_CRATE_NAME", "CARGO_BIN_EXE_"];
        let told = self.environment.iter().filter(|(name, _)| told.iter().any(|begin| name.starts_with(begin)));
        let mut environment: BTreeMap<String, String> =
            told.map(|(name, value)| (name.clone(), value.clone())).collect();
        for (name, value) in &mut environment {
            if let (true, Some(program)) = (name.starts_with("CARGO_BIN_EXE_"), &recipe.program) {
                *value = program.linked(place).display().to_string();
            }
        }
        environment.insert("CARGO_MANIFEST_DIR".to_owned(), place.package.display().to_string());
        environment
    }
}
