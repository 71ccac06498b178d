//! Caught by: a_cycle_is_named_in_order (fail)
//!
//! "What never gets ready is the cycle": and all that depends on it, which has no fault.

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
                let &on = places.get(&dependency).ok_or(GraphError::Unknown { id: item.id, dependency })?;
                // A dependency that is named twice is the last one that was noted.
                if graph.dependants[on].last() != Some(&place) {
                    graph.dependants[on].push(place);
                    graph.waits_for[place] += 1;
                }
            }
        }
        match graph.cycle(items) {
            Some(ids) => Err(GraphError::Cycle { ids }),
            None => Ok(graph),
        }
    }

    fn cycle(&self, items: &[Item]) -> Option<Vec<u64>> {
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
        let mut ids: Vec<u64> = (0..items.len()).filter(left).map(|place| items[place].id).collect();
        ids.sort_unstable();
        if ids.is_empty() { None } else { Some(ids) }
    }

    pub(crate) fn free(&self) -> Vec<usize> {
        (0..self.waits_for.len()).filter(|&place| self.waits_for[place] == 0).collect()
    }
}
