//! `checker dev tidy`: holds folders, stubs, solutions, variants and chapters against each other.

use crate::fault::Fault;
use crate::report;
use crate::style::{GREEN, RED};
use crate::{Exit, whose};
use catalog::{Task, Workbook};
use quote::ToTokens;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A task has at least this many wrong solutions and hints.
const LEAST: usize = 3;

/// Says what does not fit together. `pristine` demands untouched exercises too.
pub(crate) fn tidy(workbook: &Workbook, pristine: bool) -> Result<Exit, Fault> {
    let tasks = workbook.tasks()?;
    if let Some(task) = tasks.first().filter(|_| !workbook.root().join("solutions").exists()) {
        whose::reference(task)?;
    }
    let summary = std::fs::read_to_string(workbook.root().join("book/src/SUMMARY.md")).unwrap_or_default();
    let mut findings = Vec::new();
    for task in &tasks {
        let mut find = |finding: String| findings.push(format!("{}: {finding}", task.id()));
        complete(task, &summary, &mut find);
        manifests(task, &mut find);
        hints(task, &mut find)?;
        tests(task, &mut find)?;
        variants(task, &mut find)?;
        signatures(task, &mut find)?;
        if pristine {
            untouched(task, &mut find);
        }
    }
    orphans(workbook, &tasks, &mut |finding| findings.push(finding));
    for finding in &findings {
        outln!("{RED}  -{RED:#} {finding}");
    }
    let style = if findings.is_empty() { GREEN } else { RED };
    let (tasks, found) = (report::counted(tasks.len(), "task"), report::counted(findings.len(), "finding"));
    outln!("{style}{tasks}, {found}{style:#}");
    Ok(if findings.is_empty() { Exit::Passed } else { Exit::Failed })
}

/// Every folder that a task has.
fn complete(task: &Task, summary: &str, find: &mut dyn FnMut(String)) {
    for (what, path) in [
        ("exercise", task.exercise().join("src/lib.rs")),
        ("solution", task.solution().join("src/lib.rs")),
        ("stub", task.stub().join("lib.rs")),
        ("hints", task.hints_file()),
        ("chapter", task.chapter()),
        ("exercise's test mount", task.exercise().join("tests/acceptance.rs")),
        ("solution's test mount", task.solution().join("tests/acceptance.rs")),
    ] {
        if !path.exists() {
            find(format!("no {what}: {}", path.display()));
        }
    }
    if !summary.contains(&format!("{}/{}.md", task.track(), task.folder())) {
        find("the chapter is not in book/src/SUMMARY.md".to_owned());
    }
    // Only there do CI's compiler and clippy see it.
    if task.bench().is_some() != task.solution().join("benches/bench.rs").exists() {
        find("bench.rs and its mount, benches/bench.rs of the solution, go together".to_owned());
    }
    if task.metadata().loom.is_some() != task.loom().is_some() {
        find("`[loom]` in task.toml and loom.rs go together".to_owned());
    }
}

/// The exercise has what the solution and the tests are built with: a class's copy has no solution to read it from.
fn manifests(task: &Task, find: &mut dyn FnMut(String)) {
    let read = |folder: &Path| -> Option<toml::Table> {
        std::fs::read_to_string(folder.join("Cargo.toml")).ok()?.parse().ok()
    };
    let (Some(exercise), Some(solution)) = (read(&task.exercise()), read(&task.solution())) else {
        find("the exercise and the solution have a Cargo.toml each".to_owned());
        return;
    };
    for section in ["dependencies", "dev-dependencies"] {
        if exercise.get(section) != solution.get(section) {
            find(format!("`[{section}]` differs between the exercise's and the solution's Cargo.toml"));
        }
    }
}

/// Enough graded hints, and all others are those of criteria.
fn hints(task: &Task, find: &mut dyn FnMut(String)) -> Result<(), Fault> {
    let hints = match task.hints() {
        Ok(hints) => hints,
        // A file that is missing has been told.
        Err(catalog::Error::Read { .. }) => return Ok(()),
        Err(error) => {
            find(format!("{error}: {}", error.help()));
            return Ok(());
        }
    };
    let graded = hints.graded().len();
    if graded < LEAST {
        find(format!("{graded} graded hints, at least {LEAST} expected"));
    }
    let criteria = task.criteria()?;
    for hint in hints.of_criteria() {
        if !criteria.iter().any(|criterion| criterion.test == hint.name) {
            find(format!("hints.md has a hint for {}, which is no criterion", hint.name));
        }
    }
    Ok(())
}

/// The tests name what they use, and the picture's criterion exists.
fn tests(task: &Task, find: &mut dyn FnMut(String)) -> Result<(), Fault> {
    let criteria = task.criteria()?;
    if let Some(picture) = &task.metadata().picture
        && !criteria.iter().any(|criterion| criterion.test == picture.test)
    {
        find(format!("the picture's criterion {} does not exist", picture.test));
    }
    let metadata = task.metadata();
    for (section, name) in metadata
        .points
        .keys()
        .map(|name| ("points", name))
        .chain(metadata.visibility.keys().map(|name| ("visibility", name)))
    {
        if !criteria.iter().any(|criterion| criterion.test == *name) {
            find(format!("`[{section}]` in task.toml names {name}, which is no criterion"));
        }
    }
    for file in task.judging_files()? {
        let source = std::fs::read_to_string(&file).map_err(|error| Fault::file("read", &file, &error))?;
        let Ok(parsed) = syn::parse_file(&source) else { continue };
        for item in parsed.items {
            let syn::Item::Use(item) = item else { continue };
            let text = item.tree.to_token_stream().to_string().replace(' ', "");
            if text.starts_with("task::") && text.contains('*') {
                find(format!("{}: a glob import lets the judged crate replace `drop` or `Result`", file.display()));
            }
        }
    }
    Ok(())
}

/// Enough wrong variants, and each names criteria that exist.
fn variants(task: &Task, find: &mut dyn FnMut(String)) -> Result<(), Fault> {
    let tests: BTreeSet<String> = task.criteria()?.into_iter().map(|criterion| criterion.test).collect();
    let wrongs = task.wrongs()?;
    if wrongs.len() < LEAST {
        find(format!("{} wrong solutions, at least {LEAST} expected", wrongs.len()));
    }
    for wrong in &wrongs {
        for (test, _) in wrong.caught_by.iter().filter(|(test, _)| !tests.contains(test)) {
            find(format!("wrong/{} names {test}, which is no criterion", wrong.name));
        }
    }
    let caught: BTreeSet<&String> =
        wrongs.iter().flat_map(|wrong| wrong.caught_by.iter().map(|(test, _)| test)).collect();
    for test in tests.iter().filter(|test| !caught.contains(test)) {
        find(format!(
            "no wrong solution is caught by {test}: a criterion that nothing has failed may not be able to fail"
        ));
    }
    Ok(())
}

/// Stub and solution offer the same public items, with the same documentation.
fn signatures(task: &Task, find: &mut dyn FnMut(String)) -> Result<(), Fault> {
    let (stub, solution) = (public(&task.stub())?, public(&task.solution().join("src"))?);
    for (name, offered) in &stub {
        match solution.get(name) {
            None => find(format!("the solution has no public `{name}`, the stub has")),
            Some(other) if other != offered => find(format!("`{name}` differs between stub and solution")),
            Some(_) => {}
        }
    }
    for name in solution.keys().filter(|name| !stub.contains_key(*name)) {
        find(format!("the stub has no public `{name}`, the solution has"));
    }
    Ok(())
}

/// Public functions, constants and types of a crate, each as text without its body.
fn public(sources: &Path) -> Result<BTreeMap<String, String>, Fault> {
    let mut items = BTreeMap::new();
    let entries = std::fs::read_dir(sources).map_err(|error| Fault::file("read", sources, &error))?;
    for entry in entries.flatten().filter(|entry| entry.file_name() != "main.rs") {
        let path = entry.path();
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let source = std::fs::read_to_string(&path).map_err(|error| Fault::file("read", &path, &error))?;
        let Ok(parsed) = syn::parse_file(&source) else { continue };
        for item in &parsed.items {
            offered(item, &mut items);
        }
    }
    Ok(items)
}

fn offered(item: &syn::Item, items: &mut BTreeMap<String, String>) {
    let is_public = |visibility: &syn::Visibility| matches!(visibility, syn::Visibility::Public(_));
    match item {
        syn::Item::Fn(function) if is_public(&function.vis) => {
            items.insert(function.sig.ident.to_string(), documentation(&function.attrs) + &signature(&function.sig));
        }
        syn::Item::Const(constant) if is_public(&constant.vis) => {
            let text = constant.ty.to_token_stream().to_string() + &constant.expr.to_token_stream().to_string();
            items.insert(constant.ident.to_string(), documentation(&constant.attrs) + &text);
        }
        syn::Item::Struct(structure) if is_public(&structure.vis) => {
            items.insert(structure.ident.to_string(), documentation(&structure.attrs));
        }
        syn::Item::Enum(choice) if is_public(&choice.vis) => {
            let variants = choice.variants.to_token_stream().to_string();
            items.insert(choice.ident.to_string(), documentation(&choice.attrs) + &variants);
        }
        syn::Item::Impl(block) if block.trait_.is_none() => {
            let of = block.self_ty.to_token_stream().to_string();
            for member in &block.items {
                if let syn::ImplItem::Fn(method) = member
                    && is_public(&method.vis)
                {
                    let name = format!("{of}::{}", method.sig.ident);
                    items.insert(name, documentation(&method.attrs) + &signature(&method.sig));
                }
            }
        }
        _ => {}
    }
}

/// A signature without the `mut` of its arguments, which is the body's business.
fn signature(signature: &syn::Signature) -> String {
    let mut signature = signature.clone();
    for input in &mut signature.inputs {
        if let syn::FnArg::Typed(argument) = input
            && let syn::Pat::Ident(name) = &mut *argument.pat
        {
            name.mutability = None;
        }
    }
    signature.to_token_stream().to_string()
}

/// The first paragraph of the documentation: a solution may say more after it.
fn documentation(attributes: &[syn::Attribute]) -> String {
    let mut text = String::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("doc")) {
        let syn::Meta::NameValue(pair) = &attribute.meta else { continue };
        let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(line), .. }) = &pair.value else { continue };
        if line.value().trim().is_empty() {
            break;
        }
        text.push_str(&line.value());
    }
    text
}

/// The exercise is the stub.
fn untouched(task: &Task, find: &mut dyn FnMut(String)) {
    let Ok(entries) = std::fs::read_dir(task.stub()) else { return };
    for entry in entries.flatten() {
        let exercise = task.exercise().join("src").join(entry.file_name());
        if std::fs::read(entry.path()).ok() != std::fs::read(&exercise).ok() {
            find(format!("{} is not the stub", exercise.display()));
        }
    }
}

/// Folders that no task owns.
fn orphans(workbook: &Workbook, tasks: &[Task], find: &mut dyn FnMut(String)) {
    for part in ["exercises", "solutions"] {
        let part = workbook.root().join(part);
        for track in folders(&part) {
            for folder in folders(&track) {
                let known = tasks.iter().any(|task| task.exercise() == folder || task.solution() == folder);
                if folder.join("Cargo.toml").exists() && !known {
                    find(format!("{} belongs to no task: no task.toml under tests/ names it", folder.display()));
                }
            }
        }
    }
}

fn folders(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect()
}
