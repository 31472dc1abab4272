//! What the seven levels of compatibility demand: which schemas have to read what which others wrote.

use std::ops::Range;

use crate::catalog::Compatibility;

/// Who reads what whom wrote, of two versions of a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// The newer schema reads data of the older one.
    NewReadsOld,
    /// The older schema reads data of the newer one.
    OldReadsNew,
}

/// What a new version has to be compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demands {
    /// The earlier versions, by their place in the order of versions, from 0.
    pub earlier: Range<usize>,
    /// In which directions, with each of them.
    pub directions: &'static [Direction],
}

impl Compatibility {
    /// Who has to be able to read whom; nobody under NONE.
    #[must_use]
    pub fn directions(self) -> &'static [Direction] {
        match self {
            Compatibility::None => &[],
            Compatibility::Backward | Compatibility::BackwardTransitive => &[Direction::NewReadsOld],
            Compatibility::Forward | Compatibility::ForwardTransitive => &[Direction::OldReadsNew],
            Compatibility::Full | Compatibility::FullTransitive => {
                &[Direction::NewReadsOld, Direction::OldReadsNew]
            }
        }
    }

    /// Tells whether all earlier versions count, and not the last one only.
    #[must_use]
    pub fn is_transitive(self) -> bool {
        match self {
            Compatibility::BackwardTransitive
            | Compatibility::ForwardTransitive
            | Compatibility::FullTransitive => true,
            Compatibility::None | Compatibility::Backward | Compatibility::Forward | Compatibility::Full => {
                false
            }
        }
    }

    /// Tells whether this level lacks a direction that the declared one demands, or its transitivity.
    #[must_use]
    pub fn loses_against(self, declared: Compatibility) -> bool {
        let lost = declared.directions().iter().any(|direction| !self.directions().contains(direction));
        lost || (declared.is_transitive() && !self.is_transitive())
    }
}

/// Decides what a new version has to be compared with that so many versions come before.
#[must_use]
pub fn demands(level: Compatibility, versions_before: usize) -> Demands {
    let directions = level.directions();
    let from = match level.is_transitive() {
        true => 0,
        false => versions_before.saturating_sub(1),
    };
    let earlier = if directions.is_empty() { 0..0 } else { from..versions_before };
    Demands { earlier, directions }
}

#[cfg(test)]
mod tests {
    use super::Direction::{NewReadsOld, OldReadsNew};
    use super::*;

    #[test]
    fn each_level_demands_its_directions_and_versions() {
        let rows: [(Compatibility, Range<usize>, &[Direction]); 7] = [
            (Compatibility::None, 0..0, &[]),
            (Compatibility::Backward, 2..3, &[NewReadsOld]),
            (Compatibility::BackwardTransitive, 0..3, &[NewReadsOld]),
            (Compatibility::Forward, 2..3, &[OldReadsNew]),
            (Compatibility::ForwardTransitive, 0..3, &[OldReadsNew]),
            (Compatibility::Full, 2..3, &[NewReadsOld, OldReadsNew]),
            (Compatibility::FullTransitive, 0..3, &[NewReadsOld, OldReadsNew]),
        ];
        for (level, earlier, directions) in rows {
            assert_eq!(demands(level, 3), Demands { earlier, directions }, "{level}");
            assert!(demands(level, 0).earlier.is_empty(), "{level}: the first version follows none");
        }
    }

    #[test]
    fn a_level_loses_where_it_lacks_a_direction_or_transitivity() {
        use Compatibility as C;
        let rows = [
            (C::Backward, C::Backward, false),
            (C::None, C::Backward, true),
            (C::Backward, C::None, false),
            (C::Full, C::Backward, false),
            (C::Backward, C::Full, true),
            (C::Forward, C::Backward, true),
            (C::Full, C::BackwardTransitive, true),
            (C::BackwardTransitive, C::Backward, false),
            (C::BackwardTransitive, C::Full, true),
            (C::FullTransitive, C::ForwardTransitive, false),
            (C::None, C::None, false),
        ];
        for (in_force, declared, expected) in rows {
            assert_eq!(in_force.loses_against(declared), expected, "{in_force} where {declared} is declared");
        }
    }
}
