//! Everything that decides what comes of a subject, in a hash: its files, what judges it, what both are built with.

use crate::build;
use crate::fault::Fault;
use crate::stage::PROFILE;
use crate::subject::{Origin, Subject};
use catalog::{Hash, Task};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use toml::{Table, Value};

/// The checker's own code that judges and tells.
const CODE: [&str; 11] = [
    include_str!("../build.rs"),
    include_str!("../cargo.rs"),
    include_str!("../judge.rs"),
    include_str!("../report.rs"),
    include_str!("../rules.rs"),
    include_str!("../stage.rs"),
    include_str!("../subject.rs"),
    include_str!("expected.rs"),
    include_str!("plan.rs"),
    include_str!("reports.rs"),
    include_str!("varies.rs"),
];
/// The workbook's crates that judge, beside those that a solution is tested with.
const JUDGES: [&str; 4] = ["catalog", "services", "verdict", "workbook-loom"];
/// What lies beside the tests and does not judge; variants count as the subjects' own files.
const BESIDE: [&str; 7] = ["bench.rs", "hints.md", "mutants.toml", "reports.txt", "right", "stub", "wrong"];

/// What decides about all subjects of a workbook.
pub(crate) struct Decides {
    root: PathBuf,
    /// The compiler and its flags, the checker's code.
    shared: Hash,
    manifest: Table,
    locked: Vec<Table>,
    /// Hashes of folders that were read already.
    folders: BTreeMap<PathBuf, String>,
}

impl Decides {
    pub(crate) fn read(root: &Path) -> Result<Decides, Fault> {
        let mut shared = Hash::new();
        CODE.iter().for_each(|code| shared.part(code.as_bytes()));
        shared.part(toolchain()?.as_bytes());
        shared.part(build::flags().as_bytes());
        shared.part(PROFILE.as_bytes());
        shared.part(&std::fs::read(root.join(".cargo/config.toml")).unwrap_or_default());
        for variable in ["WORKBOOK_SEED", "CARGO_BUILD_TARGET", "CARGO_INCREMENTAL"] {
            shared.part(std::env::var(variable).unwrap_or_default().as_bytes());
        }
        let manifest = table(&root.join("Cargo.toml"))?;
        let locked = match table(&root.join("Cargo.lock")) {
            Ok(lock) => lock.get("package").and_then(Value::as_array).cloned().unwrap_or_default(),
            Err(_) => Vec::new(),
        };
        let locked = locked.into_iter().filter_map(|package| package.as_table().cloned()).collect();
        Ok(Decides { root: root.to_owned(), shared, manifest, locked, folders: BTreeMap::new() })
    }

    /// What decides about all subjects of a task.
    pub(crate) fn about_task(&mut self, task: &Task) -> Result<Hash, Fault> {
        let mut hash = self.shared.clone();
        let needed = self.needed(&task.solution_package());
        for package in self.locked.iter().filter(|package| name(package).is_some_and(|name| needed.contains(name))) {
            hash.part(package.to_string().as_bytes());
        }
        let shared = self.manifest.get("workspace").and_then(Value::as_table).cloned().unwrap_or_default();
        hash.part(shared.get("package").map(ToString::to_string).unwrap_or_default().as_bytes());
        hash.part(self.manifest.get("profile").map(ToString::to_string).unwrap_or_default().as_bytes());
        for (name, dependency) in shared.get("dependencies").and_then(Value::as_table).into_iter().flatten() {
            let package = dependency.get("package").and_then(Value::as_str).unwrap_or(name);
            if !needed.contains(package) {
                continue;
            }
            hash.part(format!("{name} {dependency}").as_bytes());
            if let Some(path) = dependency.get("path").and_then(Value::as_str) {
                hash.part(self.folder(&self.root.join(path))?.as_bytes());
            }
        }
        hash.part(&read(&task.manifest())?);
        for service in &task.metadata().requires {
            hash.part(format!("{:?}", services::find(service)).as_bytes());
        }
        files(&task.tests(), &BESIDE, &mut hash)?;
        Ok(hash)
    }

    /// The packages that are built for the tests of this one, by name, and those that judge in any case.
    fn needed(&self, package: &str) -> BTreeSet<String> {
        let mut needed = BTreeSet::new();
        let mut open: Vec<&str> = JUDGES.into_iter().collect();
        open.extend(self.locked.iter().filter_map(name).find(|name| *name == package));
        while let Some(next) = open.pop() {
            if needed.insert(next.to_owned()) {
                let of_that_name = self.locked.iter().filter(|package| name(package) == Some(next));
                let dependencies = of_that_name.filter_map(|package| package.get("dependencies")?.as_array());
                // `name`, or `name version` where there are several.
                open.extend(dependencies.flatten().filter_map(|text| text.as_str()?.split(' ').next()));
            }
        }
        needed
    }

    /// The hash of all files of a crate.
    fn folder(&mut self, folder: &Path) -> Result<String, Fault> {
        if let Some(known) = self.folders.get(folder) {
            return Ok(known.clone());
        }
        let mut hash = Hash::new();
        files(folder, &["target"], &mut hash)?;
        self.folders.insert(folder.to_owned(), hash.hex());
        Ok(hash.hex())
    }
}

/// What decides about a subject, with what decides about all of its task's.
pub(crate) fn about_subject(task: &Hash, subject: &Subject<'_>) -> Result<Hash, Fault> {
    let mut hash = task.clone();
    hash.part(&[u8::from(subject.models)]);
    hash.part(&read(&subject.manifest)?);
    match &subject.origin {
        Origin::Place(place) => files(&place.join("src"), &[], &mut hash)?,
        Origin::Layers(layers) => layers.iter().try_for_each(|layer| files(layer, &[], &mut hash))?,
    }
    Ok(hash)
}

/// Takes in all files in and below a folder, by their paths there, but for entries of the folder with these names.
fn files(folder: &Path, but_for: &[&str], hash: &mut Hash) -> Result<(), Fault> {
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|error| Fault::file("read", folder, &error))?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') && !but_for.contains(&name.as_str()) {
            entries.push((name, entry.path()));
        }
    }
    entries.sort();
    for (name, path) in entries {
        hash.part(name.as_bytes());
        match path.is_dir() {
            true => files(&path, &[], hash)?,
            false => hash.part(&read(&path)?),
        }
    }
    hash.part(b"/");
    Ok(())
}

fn read(path: &Path) -> Result<Vec<u8>, Fault> {
    std::fs::read(path).map_err(|error| Fault::file("read", path, &error))
}

fn name(package: &Table) -> Option<&str> {
    package.get("name").and_then(Value::as_str)
}

fn table(path: &Path) -> Result<Table, Fault> {
    let text = std::fs::read_to_string(path).map_err(|error| Fault::file("read", path, &error))?;
    text.parse().map_err(|error| {
        Fault::usage(format!("{}: {error}", path.display())).help("`git diff` shows what was changed there")
    })
}

/// The compiler, by everything that it says of itself.
pub(crate) fn toolchain() -> Result<String, Fault> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let said = Command::new(rustc).arg("-Vv").output().map_err(|error| {
        Fault::infra(format!("rustc does not start: {error}")).help("is the Rust toolchain on the PATH?")
    })?;
    Ok(String::from_utf8_lossy(&said.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decides(lock: &str) -> Decides {
        let packages = lock.parse::<Table>().expect("a lock file")["package"].as_array().cloned().expect("packages");
        Decides {
            root: PathBuf::new(),
            shared: Hash::new(),
            manifest: Table::new(),
            locked: packages.into_iter().filter_map(|package| package.as_table().cloned()).collect(),
            folders: BTreeMap::new(),
        }
    }

    #[test]
    fn what_the_tests_are_not_built_with_decides_nothing() {
        let decides = decides(
            "[[package]]\nname = \"a-solution\"\ndependencies = [\"tokio\", \"rand 0.10.0\"]\n\
             [[package]]\nname = \"tokio\"\ndependencies = [\"mio\"]\n[[package]]\nname = \"mio\"\n\
             [[package]]\nname = \"rand\"\n[[package]]\nname = \"ratatui\"\ndependencies = [\"mio\"]\n",
        );
        let mut expected: Vec<&str> = JUDGES.to_vec();
        expected.extend(["a-solution", "tokio", "mio", "rand"]);
        expected.sort();
        assert_eq!(decides.needed("a-solution").into_iter().collect::<Vec<_>>(), expected);
        // Without the lock file there is no version to tell apart.
        assert_eq!(decides.needed("b-solution").len(), JUDGES.len());
    }

    #[test]
    fn names_and_texts_of_all_files_count_but_for_those_that_do_not_judge() {
        let folder = tempfile::tempdir().expect("a folder");
        let of = || {
            let mut hash = Hash::new();
            files(folder.path(), &BESIDE, &mut hash).expect("readable");
            hash.hex()
        };
        let write = |file: &str, text: &str| {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(path, text).expect("a file");
        };
        let mut seen = BTreeSet::from([of()]);
        for (file, text) in [
            ("acceptance.rs", "a"),
            ("acceptance.rs", "b"),
            ("parts/acceptance.rs", "b"),
            ("parts/bench.rs", ""),
            ("data.csv", "1"),
        ] {
            write(file, text);
            assert!(seen.insert(of()), "{file} {text}");
        }
        for beside in ["bench.rs", "hints.md", "wrong/late/lib.rs", ".swp"] {
            write(beside, "x");
            assert!(!seen.insert(of()), "{beside}");
        }
    }
}
