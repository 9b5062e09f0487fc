//! Names that are nearly a name: for somebody who mistyped one.

/// Longer names are not compared letter by letter.
const LONGEST: usize = 64;

/// At most so many of the known names, the nearest first: those that differ in few letters, not counting case.
pub(crate) fn near<'n>(
    name: &str,
    known: impl IntoIterator<Item = &'n str>,
    most: usize,
) -> Vec<String> {
    let wanted: Vec<char> = name.chars().flat_map(char::to_lowercase).take(LONGEST + 1).collect();
    let far = (wanted.len() / 3).max(1);
    let mut found: Vec<(usize, &str)> = known
        .into_iter()
        .filter_map(|known| {
            let letters: Vec<char> =
                known.chars().flat_map(char::to_lowercase).take(LONGEST + 1).collect();
            if letters.len().abs_diff(wanted.len()) > far || letters.len() > LONGEST {
                return None;
            }
            let steps = steps(&wanted, &letters);
            (steps <= far).then_some((steps, known))
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    found.into_iter().take(most).map(|(_, known)| known.to_owned()).collect()
}

/// How many letters must be added, left out or changed to get from one to the other.
fn steps(one: &[char], other: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, letter) in one.iter().enumerate() {
        let mut corner = at;
        let mut left = at + 1;
        for (above, theirs) in row.iter_mut().skip(1).zip(other) {
            let changed = corner + usize::from(letter != theirs);
            corner = *above;
            left = changed.min(left + 1).min(*above + 1);
            *above = left;
        }
        if let Some(first) = row.first_mut() {
            *first = at + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_counted() {
        let letters = |text: &str| text.chars().collect::<Vec<char>>();
        for (one, other, count) in [("kitten", "sitting", 3), ("", "abc", 3), ("abc", "abc", 0)] {
            assert_eq!(steps(&letters(one), &letters(other)), count, "{one} {other}");
        }
    }

    #[test]
    fn the_nearest_comes_first_and_the_far_ones_do_not() {
        let known = ["web-2", "web1", "WEB-1", "database"];
        assert_eq!(near("web-1", known, 2), ["WEB-1", "web-2"]);
    }
}
