//! Finding the entries of a list that contain a point, fast.
//!
//! For each dimension the numbers are grouped into columns between the borders of cells. Each column knows the entries whose cell has
//! it: as a list when few, as a bitmap when many; entries with a wide cell stand once in a bitmap of the dimension, not in every
//! column. A point's entries are the intersection over the dimensions, word by word.

use crate::list::{DIMENSIONS, Entry, List, Point};

/// A cell that has more than one in this many of the columns is wide.
const WIDE: usize = 16;

/// An index over a list.
#[derive(Debug)]
pub struct Index {
    dimensions: Vec<Dimension>,
    words: usize,
}

#[derive(Debug)]
struct Dimension {
    /// The first number of each column, sorted.
    starts: Vec<u32>,
    columns: Vec<Column>,
    /// Entries whose cell is wide.
    wide: Vec<u64>,
    /// Whether every cell is everything, so that the dimension says nothing.
    full: bool,
}

#[derive(Clone, Debug)]
enum Column {
    Few(Vec<u32>),
    Many(Vec<u64>),
}

fn at(index: u32) -> usize {
    usize::try_from(index).unwrap_or(usize::MAX)
}

fn set(bits: &mut [u64], number: u32) {
    if let Some(word) = bits.get_mut(at(number) / 64) {
        *word |= 1 << (number % 64);
    }
}

impl Index {
    /// Builds the index.
    pub fn new(list: &List) -> Self {
        let words = list.entries.len().div_ceil(64);
        let dimensions =
            (0..DIMENSIONS).map(|dimension| Dimension::new(&list.entries, dimension, words));
        Self { dimensions: dimensions.collect(), words }
    }

    /// The first entry, below `limit`, that contains the point and of which `wanted` is true.
    pub fn first(
        &self,
        list: &List,
        point: &Point,
        limit: u32,
        mut wanted: impl FnMut(&Entry) -> bool,
        scratch: &mut Scratch,
    ) -> Option<u32> {
        let words = self.words.min(at(limit).div_ceil(64));
        let mut parts: Vec<(&Dimension, &Column)> = Vec::with_capacity(DIMENSIONS);
        for (dimension, number) in self.dimensions.iter().zip(&point.at) {
            if !dimension.full {
                parts.push((dimension, dimension.column(*number)?));
            }
        }
        scratch.load(&parts, words);
        let mut word = 0;
        while word < words {
            let mut bits = scratch.word(&parts, word);
            while bits != 0 {
                let number = u32::try_from(word * 64).unwrap_or(u32::MAX) + bits.trailing_zeros();
                bits &= bits - 1;
                if number >= limit {
                    scratch.clear(&parts);
                    return None;
                }
                let entry = list.entries.get(at(number))?;
                if wanted(entry) && entry.region.contains(point) {
                    scratch.clear(&parts);
                    return Some(number);
                }
            }
            word += 1;
        }
        scratch.clear(&parts);
        None
    }
}

/// Room for lookups, reused.
#[derive(Debug, Default)]
pub struct Scratch {
    /// For each part whose column is a list: its entries as bits.
    lists: Vec<Vec<u64>>,
}

impl Scratch {
    fn load(&mut self, parts: &[(&Dimension, &Column)], words: usize) {
        self.lists.resize_with(parts.len().max(self.lists.len()), Vec::new);
        for ((_, column), bits) in parts.iter().zip(&mut self.lists) {
            if let Column::Few(numbers) = column {
                if bits.len() < words {
                    bits.resize(words, 0);
                }
                numbers.iter().for_each(|number| set(bits, *number));
            }
        }
    }

    fn clear(&mut self, parts: &[(&Dimension, &Column)]) {
        for ((_, column), bits) in parts.iter().zip(&mut self.lists) {
            if let Column::Few(numbers) = column {
                for number in numbers {
                    if let Some(word) = bits.get_mut(at(*number) / 64) {
                        *word = 0;
                    }
                }
            }
        }
    }

    fn word(&self, parts: &[(&Dimension, &Column)], word: usize) -> u64 {
        let mut bits = u64::MAX;
        for ((dimension, column), list) in parts.iter().zip(&self.lists) {
            let wide = dimension.wide.get(word).copied().unwrap_or(0);
            let narrow = match column {
                Column::Few(_) => list.get(word),
                Column::Many(many) => many.get(word),
            };
            bits &= wide | narrow.copied().unwrap_or(0);
            if bits == 0 {
                return 0;
            }
        }
        bits
    }
}

impl Dimension {
    fn new(entries: &[Entry], dimension: usize, words: usize) -> Self {
        let cells = || entries.iter().filter_map(|entry| entry.region.cells.get(dimension));
        let mut starts: Vec<u32> = vec![0];
        for cell in cells() {
            for (first, last) in cell.ranges() {
                starts.push(*first);
                starts.push(last.saturating_add(1));
            }
        }
        starts.sort_unstable();
        starts.dedup();
        let mut lists: Vec<Vec<u32>> = vec![Vec::new(); starts.len()];
        let mut wide = vec![0u64; words];
        let mut full = true;
        for (number, cell) in (0u32..).zip(cells()) {
            let spans: Vec<(usize, usize)> = cell
                .ranges()
                .iter()
                .map(|(first, last)| {
                    let from = starts.partition_point(|start| start < first);
                    (from, starts.partition_point(|start| start <= last))
                })
                .collect();
            let width: usize = spans.iter().map(|(from, to)| to - from).sum();
            // The last column is what lies beyond every cell.
            full &= width + 1 >= starts.len();
            if width * WIDE > starts.len() && starts.len() > WIDE {
                set(&mut wide, number);
                continue;
            }
            for (from, to) in spans {
                for list in lists.get_mut(from..to).unwrap_or(&mut []) {
                    list.push(number);
                }
            }
        }
        let columns = lists.into_iter().map(|list| Column::new(list, words)).collect();
        Self { starts, columns, wide, full }
    }

    fn column(&self, number: u32) -> Option<&Column> {
        let column = self.starts.partition_point(|start| *start <= number).checked_sub(1)?;
        self.columns.get(column)
    }
}

impl Column {
    fn new(list: Vec<u32>, words: usize) -> Self {
        if list.len() <= words {
            return Self::Few(list);
        }
        let mut bits = vec![0; words];
        list.iter().for_each(|number| set(&mut bits, *number));
        Self::Many(bits)
    }
}
