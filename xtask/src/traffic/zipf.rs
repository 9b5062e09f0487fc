//! Choices of unequal weight in constant time.

use crate::demo::random::Random;

/// Numbers below a limit, of which number `k` is drawn with a weight of `1 / (k + 1)^exponent`: Walker's alias method.
pub(super) struct Zipf {
    /// For each column: how much of it (of 2³²) is its own, and whose the rest is.
    columns: Vec<(u32, u32)>,
}

impl Zipf {
    /// For numbers below `limit`.
    pub(super) fn new(limit: usize, exponent: f64) -> Self {
        let weight = |rank: usize| ((rank + 1) as f64).powf(-exponent);
        let total: f64 = (0..limit).map(weight).sum();
        let mean = total / limit.max(1) as f64;
        let mut columns = vec![(u32::MAX, 0); limit];
        let (mut small, mut large): (Vec<_>, Vec<_>) =
            (0..limit).map(|rank| (rank, weight(rank) / mean)).partition(|(_, share)| *share < 1.0);
        while let (Some((low, share)), Some((high, more))) = (small.pop(), large.pop()) {
            if let Some(column) = columns.get_mut(low) {
                *column = ((share * f64::from(u32::MAX)) as u32, high as u32);
            }
            let rest = more - (1.0 - share);
            if rest < 1.0 { &mut small } else { &mut large }.push((high, rest));
        }
        Self { columns }
    }

    /// One of the numbers.
    pub(super) fn draw(&self, random: &mut Random) -> usize {
        let dice = random.next();
        let at = ((dice >> 32) * self.columns.len() as u64) >> 32;
        let at = usize::try_from(at).unwrap_or_default();
        match self.columns.get(at) {
            Some((own, other)) if (dice as u32) > *own => *other as usize,
            _ => at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_is_drawn_as_often_as_its_weight_says() {
        let zipf = Zipf::new(4, 1.0);
        let mut random = Random::named(1, "zipf");
        let mut counts = [0_u32; 4];
        for _ in 0..10_000 {
            counts[zipf.draw(&mut random)] += 1;
        }
        // 12/25, 6/25, 4/25, 3/25.
        for (count, share) in counts.iter().zip([4800, 2400, 1600, 1200]) {
            assert!(count.abs_diff(share) < 250, "{counts:?}");
        }
    }
}
