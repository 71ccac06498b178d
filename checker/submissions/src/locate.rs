//! Where in a submission the tasks are: by their folders' names, by their packages' names, or because there is one task.

use crate::layout::{self, Places};
use crate::node::Kind;
use crate::tree::Tree;
use crate::why::{Stop, Why, printable};
use crate::{Declared, limits, package};

/// Packages of other names that are looked at to see which task they are.
const PACKAGES: usize = 32;

/// Where the tasks' sources are; empty where there are none.
pub(crate) fn locate(tree: &mut Tree, tasks: &[Declared]) -> Result<Places, Stop> {
    let places = layout::named(&tree.nodes, tasks);
    if !places.is_empty() {
        return Ok(places);
    }
    let bare = layout::bare(&tree.nodes);
    if bare.is_empty() {
        return Ok(layout::loose(&tree.nodes, tasks));
    }
    let labelled = labelled(tree, &bare, tasks)?;
    if !labelled.is_empty() {
        return Ok(labelled);
    }
    let place = match (tasks, layout::shallowest(&bare)) {
        (_, None) => return Ok(Places::new()),
        ([_], Some(place)) => place,
        (_, Some(_)) => {
            Err(Why::WhichTask { path: printable(&bare[0]), example: tasks[0].folder.display().to_string() })
        }
    };
    // Nothing is gained by saying it of each task.
    if let (Err(why), true) = (&place, tasks.len() > 1) {
        return Err(why.clone().into());
    }
    Ok(Places::from([(0, place)]))
}

/// The packages whose `Cargo.toml` names a task's.
fn labelled(tree: &mut Tree, bare: &[String], tasks: &[Declared]) -> Result<Places, Stop> {
    let mut manifests = Vec::new();
    for root in bare.iter().take(PACKAGES) {
        let manifest = format!("{}Cargo.toml", root.strip_suffix("src/").unwrap_or_default());
        let node = tree.nodes.iter().position(|node| node.path == manifest && node.kind == Kind::File);
        manifests.extend(node.map(|node| (node, root)));
    }
    let nodes: Vec<usize> = manifests.iter().map(|(node, _)| *node).collect();
    let names = tree.read(&nodes, limits::MANIFEST_BYTES)?;
    let names: Vec<Option<String>> = names.iter().map(|bytes| package::name(bytes)).collect();
    let mut places = Places::new();
    for (number, task) in tasks.iter().enumerate() {
        let own = manifests.iter().zip(&names).filter(|(_, name)| name.as_ref() == Some(&task.package));
        let own: Vec<String> = own.map(|((_, root), _)| (*root).clone()).collect();
        if let Some(place) = layout::shallowest(&own) {
            places.insert(number, place);
        }
    }
    Ok(places)
}
