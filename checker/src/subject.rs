//! What is judged: the learner's crate, a solution, a stub, a right or a wrong variant, a folder. All the same way.

use crate::fault::Fault;
use catalog::{Task, Variant};
use std::path::{Path, PathBuf};

/// Where a subject's sources come from.
#[derive(Clone, Debug)]
pub(crate) enum Origin {
    /// A crate that is built where it lies: the learner's, or the reference solution.
    Place(PathBuf),
    /// Sources laid over each other in a folder of the checker's: the later ones win.
    Layers(Vec<PathBuf>),
}

/// One thing to judge with a task's tests.
#[derive(Clone, Debug)]
pub(crate) struct Subject<'a> {
    pub(crate) task: &'a Task,
    /// The generated package: distinct for each subject.
    pub(crate) package: String,
    /// The file that names the dependencies.
    pub(crate) manifest: PathBuf,
    /// The library's name, where that is not for the manifest to say.
    pub(crate) lib: Option<String>,
    pub(crate) origin: Origin,
    /// Whether the loom models are judged too.
    pub(crate) models: bool,
    /// Whether it is built as it is and then gone, or again and again while it is worked on.
    pub(crate) built_once: bool,
}

impl<'a> Subject<'a> {
    /// What the learner wrote.
    pub(crate) fn learner(task: &'a Task) -> Subject<'a> {
        let place = task.exercise();
        let models = task.loom().is_some();
        Subject {
            task,
            package: task.package(),
            manifest: place.join("Cargo.toml"),
            lib: None,
            origin: Origin::Place(place),
            models,
            built_once: false,
        }
    }

    /// The reference solution.
    pub(crate) fn solution(task: &'a Task) -> Subject<'a> {
        let place = task.solution();
        let models = task.loom().is_some();
        Subject {
            task,
            package: task.solution_package(),
            manifest: task.manifest(),
            lib: None,
            origin: Origin::Place(place),
            models,
            built_once: false,
        }
    }

    /// A copy of the reference solution, to be changed by others.
    pub(crate) fn copy(task: &'a Task) -> Subject<'a> {
        Subject {
            task,
            package: format!("{}-mutants", task.package()),
            manifest: task.manifest(),
            lib: None,
            origin: Origin::Layers(vec![task.solution().join("src")]),
            models: task.loom().is_some(),
            built_once: false,
        }
    }

    /// The untouched stub, whatever the learner has made of it.
    pub(crate) fn stub(task: &'a Task) -> Subject<'a> {
        Subject {
            task,
            package: format!("{}-stub", task.package()),
            manifest: task.exercise().join("Cargo.toml"),
            lib: None,
            origin: Origin::Layers(vec![task.stub()]),
            models: false,
            built_once: true,
        }
    }

    /// A right or wrong variant of the solution. Its models are judged where it replaces a modelled file.
    pub(crate) fn variant(task: &'a Task, kind: &str, variant: &Variant) -> Subject<'a> {
        let modelled = task.metadata().loom.as_ref().map_or(&[][..], |loom| &loom.files[..]);
        let replaces = |file: &String| variant.dir.join(file.strip_prefix("src/").unwrap_or(file)).exists();
        Subject {
            task,
            package: format!("{}-{kind}-{}", task.package(), variant.name),
            manifest: task.manifest(),
            lib: None,
            origin: Origin::Layers(vec![task.solution().join("src"), variant.dir.clone()]),
            models: modelled.iter().any(replaces),
            built_once: true,
        }
    }

    /// The sources in a folder from elsewhere, such as a submission. Nothing else of it is taken: it is built with the
    /// workbook's manifest, under the name of the learner's crate. `name` tells it apart from other subjects.
    pub(crate) fn folder(task: &'a Task, name: &str, sources: &Path) -> Subject<'a> {
        Subject {
            task,
            package: format!("{}-{name}", task.package()),
            manifest: task.manifest(),
            lib: Some(task.package().replace('-', "_")),
            origin: Origin::Layers(vec![sources.to_owned()]),
            models: task.loom().is_some(),
            built_once: true,
        }
    }

    /// What the compiler says of a staged copy, as said of the folder that it was made from.
    pub(crate) fn as_found(&self, said: &str) -> String {
        match (&self.lib, &self.origin) {
            (Some(_), Origin::Layers(layers)) if layers.len() == 1 => {
                said.replace(&format!("{}/src/", self.package), &format!("{}/", layers[0].display()))
            }
            _ => said.to_owned(),
        }
    }

    /// Where the sources lie once the subject is staged in `staged`.
    pub(crate) fn sources(&self, staged: &Path) -> PathBuf {
        match &self.origin {
            Origin::Place(place) => place.join("src"),
            Origin::Layers(_) => staged.join("src"),
        }
    }

    /// Lays the layers over each other in `staged/src`. Files that are as they should be stay untouched, so that
    /// cargo sees no change where there is none; files of an earlier run that no layer has any more go.
    pub(crate) fn lay(&self, staged: &Path) -> Result<(), Fault> {
        let Origin::Layers(layers) = &self.origin else { return Ok(()) };
        let target = staged.join("src");
        let mut wanted = std::collections::BTreeMap::new();
        for layer in layers {
            collect(layer, Path::new(""), &mut wanted)?;
        }
        let mut present = std::collections::BTreeMap::new();
        if target.exists() {
            collect(&target, Path::new(""), &mut present)?;
        }
        for stale in present.keys().filter(|file| !wanted.contains_key(*file)) {
            let path = target.join(stale);
            std::fs::remove_file(&path).map_err(|error| Fault::file("remove", &path, &error))?;
        }
        for (file, from) in wanted {
            let text = std::fs::read(&from).map_err(|error| Fault::file("read", &from, &error))?;
            write_changed(&target.join(file), &text)?;
        }
        Ok(())
    }
}

/// All Rust files below `folder`, by their path inside it, but for hidden ones. Links to folders are not followed: they
/// may lead in a circle, or out of what is judged.
pub(crate) fn collect(
    folder: &Path,
    inside: &Path,
    files: &mut std::collections::BTreeMap<PathBuf, PathBuf>,
) -> Result<(), Fault> {
    let entries = std::fs::read_dir(folder).map_err(|error| Fault::file("read", folder, &error))?;
    for entry in entries.flatten() {
        let (path, inside) = (entry.path(), inside.join(entry.file_name()));
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            continue;
        }
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            collect(&path, &inside, files)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.is_dir() {
            files.insert(inside, path);
        }
    }
    Ok(())
}

/// Writes a file unless it already says so.
pub(crate) fn write_changed(path: &Path, text: &[u8]) -> Result<(), Fault> {
    if std::fs::read(path).is_ok_and(|present| present == text) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| Fault::file("create", folder, &error))?;
    }
    std::fs::write(path, text).map_err(|error| Fault::file("write", path, &error))
}
