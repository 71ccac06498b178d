//! Caught by: a_cycle_is_named_in_order (fail)
//!
//! "Follow the dependencies until you come back": from the first item that has any, and from nowhere else.

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
        match graph.cycle(items, &places) {
            Some(ids) => Err(GraphError::Cycle { ids }),
            None => Ok(graph),
        }
    }

    fn cycle(&self, items: &[Item], places: &HashMap<u64, usize>) -> Option<Vec<u64>> {
        let mut walk = vec![(0..items.len()).find(|&place| self.waits_for[place] > 0)?];
        let (mut step, mut next) = (vec![usize::MAX; items.len()], vec![0; items.len()]);
        loop {
            let here = *walk.last()?;
            step[here] = walk.len() - 1;
            match items[here].depends_on.get(next[here]).map(|id| places[id]) {
                Some(on) if step[on] < walk.len() && walk[step[on]] == on => {
                    return Some(from_the_smallest(walk[step[on]..].iter().map(|&place| items[place].id).collect()));
                }
                Some(on) => {
                    next[here] += 1;
                    if step[on] == usize::MAX {
                        walk.push(on);
                    }
                }
                None => drop(walk.pop()),
            }
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
