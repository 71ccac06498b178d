//! Caught by: a_wrong_graph_is_refused (fail)
//!
//! "What is not there need not be waited for": a misspelt id, and the item runs too early.

use crate::{GraphError, Item};
use std::collections::HashMap;

#[derive(Debug)]
pub(crate) struct Graph {
    pub(crate) waits_for: Vec<usize>,
    pub(crate) dependants: Vec<Vec<usize>>,
}

impl Graph {
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
                let Some(&on) = places.get(&dependency) else { continue };
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
            walk.push(items[here].depends_on.iter().filter_map(|id| places.get(id).copied()).find(left)?);
        }
    }

    pub(crate) fn free(&self) -> Vec<usize> {
        (0..self.waits_for.len()).filter(|&place| self.waits_for[place] == 0).collect()
    }
}

fn from_the_smallest(mut ids: Vec<u64>) -> Vec<u64> {
    let smallest = (0..ids.len()).min_by_key(|&index| ids[index]).unwrap_or(0);
    ids.rotate_left(smallest);
    ids
}
