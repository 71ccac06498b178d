//! Caught by: a_hundred_thousand_items (crash), a_cycle_is_named_in_order (crash)
//!
//! "A depth-first search is recursive": its depth is the longest chain, and the stack is not that deep.

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
        let mut seen = vec![Colour::White; items.len()];
        let mut path = Vec::new();
        (0..items.len()).find_map(|place| visit(place, items, places, &mut seen, &mut path))
    }

    pub(crate) fn free(&self) -> Vec<usize> {
        (0..self.waits_for.len()).filter(|&place| self.waits_for[place] == 0).collect()
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Colour {
    White,
    Grey,
    Black,
}

fn visit(
    place: usize,
    items: &[Item],
    places: &HashMap<u64, usize>,
    seen: &mut [Colour],
    path: &mut Vec<usize>,
) -> Option<Vec<u64>> {
    match seen[place] {
        Colour::Black => return None,
        Colour::Grey => {
            let from = path.iter().position(|&other| other == place)?;
            return Some(from_the_smallest(path[from..].iter().map(|&place| items[place].id).collect()));
        }
        Colour::White => {}
    }
    seen[place] = Colour::Grey;
    path.push(place);
    for id in &items[place].depends_on {
        let cycle = visit(places[id], items, places, seen, path);
        if cycle.is_some() {
            return cycle;
        }
    }
    path.pop();
    seen[place] = Colour::Black;
    None
}

fn from_the_smallest(mut ids: Vec<u64>) -> Vec<u64> {
    let smallest = (0..ids.len()).min_by_key(|&index| ids[index]).unwrap_or(0);
    ids.rotate_left(smallest);
    ids
}
