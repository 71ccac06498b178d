//! Where in a submission a task's sources are. Only paths decide, and the package's name in a `Cargo.toml`.

use crate::Declared;
use crate::node::{Kind, Node};
use crate::why::{Why, printable};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Folders of the workbook, and of cargo's own, in which no learner's sources lie.
pub(crate) const NOT_THE_LEARNERS: [&str; 6] = ["solutions", "tests", "benches", "examples", "target", "node_modules"];

/// The sources of a task: the folder that they lie in, which ends in `/` or is empty, and for a single file of any name
/// what it is taken for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Root {
    /// Below it all is the task's.
    pub(crate) folder: String,
    /// One file alone, and the file that it is.
    pub(crate) single: Option<(usize, String)>,
}

/// For tasks by their number: the place, or why there is none.
pub(crate) type Places = BTreeMap<usize, Result<Root, Why>>;

/// The places of tasks in folders of the tasks' names.
pub(crate) fn named(nodes: &[Node], tasks: &[Declared]) -> Places {
    let mut folders: HashMap<&str, Vec<usize>> = HashMap::new();
    for (number, task) in tasks.iter().enumerate() {
        folders.entry(task.name()).or_default().push(number);
        folders.entry(&task.package).or_default().push(number);
    }
    let mut candidates: BTreeMap<usize, BTreeSet<(usize, usize, String)>> = BTreeMap::new();
    for node in nodes {
        let parts: Vec<&str> = node.path.split('/').collect();
        for at in 0..parts.len() {
            for &task in folders.get(parts[at]).into_iter().flatten() {
                if let Some(rank) = rank(&parts, at, &tasks[task], tasks)
                    && leads_to_sources(&parts[at + 1..], node.kind)
                {
                    let root = format!("{}/src/", parts[..=at].join("/"));
                    candidates.entry(task).or_default().insert((rank, at, root));
                }
            }
        }
    }
    candidates.into_iter().map(|(task, roots)| (task, first(roots).map(Root::folder))).collect()
}

/// The folders `src` of packages whose own folders have other names.
pub(crate) fn bare(nodes: &[Node]) -> Vec<String> {
    let mut roots = BTreeSet::new();
    for node in nodes {
        let parts: Vec<&str> = node.path.split('/').collect();
        let Some(at) = parts.iter().position(|part| *part == "src") else { continue };
        if !parts[..at].iter().any(|part| NOT_THE_LEARNERS.contains(part)) && leads_to_sources(&parts[at..], node.kind)
        {
            roots.insert((at, parts[..=at].join("/") + "/"));
        }
    }
    roots.into_iter().map(|(_, root)| root).collect()
}

/// The one of these folders that lies above the others.
pub(crate) fn shallowest(roots: &[String]) -> Option<Result<Root, Why>> {
    let ranked: BTreeSet<_> = roots.iter().map(|root| (0, root.matches('/').count(), root.clone())).collect();
    (!ranked.is_empty()).then(|| first(ranked).map(Root::folder))
}

/// Source files that lie in no `src`: all that lie beside a declared file, or a file alone.
pub(crate) fn loose(nodes: &[Node], tasks: &[Declared]) -> Places {
    let sources: Vec<usize> = (0..nodes.len()).filter(|&node| is_loose(&nodes[node].path)).collect();
    let mut places = Places::new();
    // A file that is called like a task.
    for &node in &sources {
        let name = nodes[node].path.rsplit('/').next().unwrap_or_default();
        let stem = name.strip_suffix(".rs").unwrap_or(name);
        for (number, task) in tasks.iter().enumerate().filter(|(_, task)| task.name() == stem || task.package == stem) {
            let root = Root::single(node, task);
            let twice = |first: &Root| twice(&first.shown(nodes), &root.shown(nodes));
            let place = match places.get(&number) {
                Some(Ok(first)) => Err(twice(first)),
                Some(Err(why)) => Err(why.clone()),
                None => Ok(root.clone()),
            };
            places.insert(number, place);
        }
    }
    if !places.is_empty() || sources.is_empty() {
        return places;
    }
    let [task] = tasks else {
        let (path, example) = (printable(&nodes[sources[0]].path), tasks[0].folder.display().to_string());
        let why = Why::WhichTask { path, example };
        return (0..tasks.len()).map(|number| (number, Err(why.clone()))).collect();
    };
    let declared = |path: &str| task.files.iter().any(|file| file.to_str() == path.rsplit('/').next());
    let beside = sources.iter().filter(|&&node| declared(&nodes[node].path));
    let folders: Vec<String> = beside.map(|&node| folder_of(&nodes[node].path)).collect();
    if let Some(place) = shallowest(&folders) {
        places.insert(0, place);
    } else if let [node] = sources[..] {
        places.insert(0, Ok(Root::single(node, task)));
    }
    places
}

impl Root {
    pub(crate) fn folder(folder: String) -> Root {
        Root { folder, single: None }
    }

    fn single(node: usize, task: &Declared) -> Root {
        let file = task.files.first().map_or_else(|| "lib.rs".to_owned(), |file| file.display().to_string());
        Root { folder: String::new(), single: Some((node, file)) }
    }

    fn shown(&self, nodes: &[Node]) -> String {
        self.single.as_ref().map_or_else(|| self.folder.clone(), |(node, _)| nodes[*node].path.clone())
    }
}

/// How good a place is for a task: 0 is the best; `None` is none.
fn rank(parts: &[&str], at: usize, task: &Declared, tasks: &[Declared]) -> Option<usize> {
    if parts[..at].iter().any(|part| NOT_THE_LEARNERS.contains(part)) {
        return None;
    }
    let above = at.checked_sub(1).map(|above| parts[above]);
    let in_track = above == Some(task.track()) && parts[at] == task.name();
    let in_other = tasks.iter().any(|other| other.track() != task.track() && above == Some(other.track()));
    match above {
        _ if in_track && at > 1 && parts[at - 2] == "exercises" => Some(0),
        _ if in_track => Some(1),
        _ if in_other => None,
        _ if parts[at] == task.name() => Some(2),
        _ => Some(3),
    }
}

/// Whether what lies there is a source, or stands where sources belong and is something else.
fn leads_to_sources(below: &[&str], kind: Kind) -> bool {
    match (below, kind) {
        ([] | ["src"], Kind::Other(_)) => true,
        (["src", .., last], Kind::File) => last.ends_with(".rs"),
        (["src", _, ..], Kind::Other(_)) => true,
        _ => false,
    }
}

fn is_loose(path: &str) -> bool {
    let mut folders = path.split('/');
    let name = folders.next_back().unwrap_or_default();
    name.ends_with(".rs")
        && !name.starts_with('.')
        && name != "build.rs"
        && !folders.any(|part| NOT_THE_LEARNERS.contains(&part))
}

fn folder_of(path: &str) -> String {
    path.rsplit_once('/').map_or_else(String::new, |(folder, _)| format!("{folder}/"))
}

/// The best of places, by rank and by depth; two that are as good are one too many.
fn first(places: BTreeSet<(usize, usize, String)>) -> Result<String, Why> {
    let mut places = places.into_iter();
    let Some((rank, depth, path)) = places.next() else { return Err(Why::Nothing) };
    match places.next() {
        Some((other_rank, other_depth, other)) if (other_rank, other_depth) == (rank, depth) => {
            Err(twice(&path, &other))
        }
        _ => Ok(path),
    }
}

fn twice(first: &str, second: &str) -> Why {
    Why::Twice { first: printable(first), second: printable(second) }
}
