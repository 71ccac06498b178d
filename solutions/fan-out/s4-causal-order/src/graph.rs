//! The graph: who waits for whom, checked before anything runs.
//!
//! Everything here is linear in items and dependencies, and nothing recurses: a chain of 100 000 items is 100 000
//! calls deep in a recursive search, and a thread's stack holds a few tens of thousands.

use crate::{GraphError, Item};
use std::collections::HashMap;

/// Items by their place in the input, with their dependants. There is no cycle.
#[derive(Debug)]
pub(crate) struct Graph {
    /// How many dependencies of each item are not done yet.
    pub(crate) waits_for: Vec<usize>,
    /// Who depends on each item, once each.
    pub(crate) dependants: Vec<Vec<usize>>,
}

impl Graph {
    // ANCHOR: new
    /// Checks the items and turns the dependencies round.
    pub(crate) fn new(items: &[Item]) -> Result<Graph, GraphError> {
        let mut places = HashMap::with_capacity(items.len());
        for (place, item) in items.iter().enumerate() {
            if places.insert(item.id, place).is_some() {
                return Err(GraphError::Duplicate { id: item.id });
            }
        }
        let mut graph = Graph { waits_for: vec![0; items.len()], dependants: vec![Vec::new(); items.len()] };
        for (place, item) in items.iter().enumerate() {
            for &dependency in &item.depends_on {
                let &on = places.get(&dependency).ok_or(GraphError::Unknown { id: item.id, dependency })?;
                // A dependency that is named twice is the last one that was noted.
                if graph.dependants[on].last() != Some(&place) {
                    graph.dependants[on].push(place);
                    graph.waits_for[place] += 1;
                }
            }
        }
        match graph.cycle(items, &places) {
            Some(ids) => Err(GraphError::Cycle { ids }),
            None => Ok(graph),
        }
    }
    // ANCHOR_END: new

    // ANCHOR: cycle
    /// A cycle, if there is one: take away what waits for nothing, again and again. What is left waits, each item for
    /// at least one that is left too; so a walk from dependency to dependency must come back to where it has been.
    fn cycle(&self, items: &[Item], places: &HashMap<u64, usize>) -> Option<Vec<u64>> {
        let mut waits_for = self.waits_for.clone();
        let mut free = self.free();
        while let Some(place) = free.pop() {
            for &dependant in &self.dependants[place] {
                waits_for[dependant] -= 1;
                if waits_for[dependant] == 0 {
                    free.push(dependant);
                }
            }
        }
        let left = |place: &usize| waits_for[*place] > 0;
        let mut walk = vec![(0..items.len()).find(left)?];
        let mut step = vec![usize::MAX; items.len()];
        loop {
            let here = walk[walk.len() - 1];
            if step[here] != usize::MAX {
                let ids = walk[step[here]..walk.len() - 1].iter().map(|&place| items[place].id);
                return Some(from_the_smallest(ids.collect()));
            }
            step[here] = walk.len() - 1;
            walk.push(items[here].depends_on.iter().map(|id| places[id]).find(left)?);
        }
    }
    // ANCHOR_END: cycle

    /// The items that wait for nothing.
    pub(crate) fn free(&self) -> Vec<usize> {
        (0..self.waits_for.len()).filter(|&place| self.waits_for[place] == 0).collect()
    }
}

fn from_the_smallest(mut ids: Vec<u64>) -> Vec<u64> {
    let smallest = (0..ids.len()).min_by_key(|&index| ids[index]).unwrap_or(0);
    ids.rotate_left(smallest);
    ids
}
