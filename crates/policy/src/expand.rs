//! Groups in an order in which every member comes before its group, whatever the input names.

use crate::whole::MAX_DEPTH;

/// In which order to define named groups.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// The indices of all groups that can be defined, members first.
    pub order: Vec<usize>,
    /// Groups that contain themselves, directly or through others, or that contain such a group.
    pub cyclic: Vec<usize>,
    /// Groups nested deeper than objects may be.
    pub deep: Vec<usize>,
}

/// Orders groups so that members come first. `members[i]` holds the indices of the groups that group `i` names directly.
///
/// Works without recursion and in linear time: a hundred thousand groups in a chain are `deep`, not a crash.
pub fn order(members: &[Vec<usize>]) -> Order {
    // Kahn's algorithm from the leaves: a group is ready when all its members are.
    let mut waiting: Vec<usize> = members.iter().map(Vec::len).collect();
    let mut users: Vec<Vec<usize>> = vec![Vec::new(); members.len()];
    for (group, named) in members.iter().enumerate() {
        for member in named {
            match users.get_mut(*member) {
                Some(users) => users.push(group),
                // It names nothing that exists: for the caller to say; here it must not wait for it.
                None => lower(&mut waiting, group),
            }
        }
    }
    let mut ready: Vec<usize> =
        (0..members.len()).filter(|group| waiting.get(*group) == Some(&0)).collect();
    let mut depths = vec![1u32; members.len()];
    let mut result = Order::default();
    let mut next = 0;
    while let Some(group) = ready.get(next).copied() {
        next += 1;
        let depth = depths.get(group).copied().unwrap_or(1);
        // Each level nests twice, as an object and as the list of its members; the rest is for the expressions within groups and rules.
        if depth > MAX_DEPTH / 3 {
            result.deep.push(group);
        } else {
            result.order.push(group);
        }
        for user in users.get(group).into_iter().flatten() {
            if let Some(known) = depths.get_mut(*user) {
                *known = (*known).max(depth.saturating_add(1));
            }
            lower(&mut waiting, *user);
            if waiting.get(*user) == Some(&0) {
                ready.push(*user);
            }
        }
    }
    result.cyclic = (0..members.len()).filter(|group| waiting.get(*group) != Some(&0)).collect();
    result
}

fn lower(waiting: &mut [usize], group: usize) {
    if let Some(left) = waiting.get_mut(group) {
        *left = left.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_come_first() {
        let ordered = order(&[vec![1, 2], vec![2], vec![]]);
        assert_eq!(ordered.order, [2, 1, 0]);
    }

    #[test]
    fn cycles_are_told_and_the_rest_goes_on() {
        let ordered = order(&[vec![1], vec![0], vec![], vec![0, 2], vec![4]]);
        assert_eq!(ordered.order, [2]);
        assert_eq!(ordered.cyclic, [0, 1, 3, 4]);
    }

    #[test]
    fn a_long_chain_is_deep_and_a_missing_member_waits_for_nobody() {
        let chain: Vec<Vec<usize>> = (0..100_000).map(|group| vec![group + 1]).collect();
        let ordered = order(&chain);
        assert_eq!(ordered.order.len() + ordered.deep.len(), 100_000);
        assert!(ordered.cyclic.is_empty());
        assert_eq!(ordered.order.first(), Some(&99_999));
    }
}
