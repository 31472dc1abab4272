//! When all will be read, and whether that is never, or only not known.

use super::report::{GroupLag, PartitionLag};

/// When everything is read, at the rates that were seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum CatchUp {
    /// In so many seconds.
    In(f64),
    /// Never: no faster is read than written.
    Never,
    /// Rates were looked for, and what is needed besides is not known.
    Unknown,
    /// There are no rates.
    Unasked,
}

/// When a group has read all of a partition.
#[must_use]
pub fn of_partition(row: &PartitionLag) -> CatchUp {
    if let Some(seconds) = row.catch_up_seconds {
        return CatchUp::In(seconds);
    }
    match (row.lag, row.commit_rate, row.produce_rate) {
        (Some(_), Some(_), Some(_)) => CatchUp::Never,
        (_, None, None) => CatchUp::Unasked,
        _ => CatchUp::Unknown,
    }
}

/// When a group has read everything. One partition that it never catches up with decides, whatever is not known of others.
#[must_use]
pub fn of_group(group: &GroupLag) -> CatchUp {
    if let Some(seconds) = group.catch_up_seconds {
        return CatchUp::In(seconds);
    }
    let all = || group.partitions.iter().map(of_partition);
    if all().any(|one| one == CatchUp::Never) {
        return CatchUp::Never;
    }
    if all().all(|one| one == CatchUp::Unasked) { CatchUp::Unasked } else { CatchUp::Unknown }
}

#[cfg(test)]
mod tests {
    use super::super::alert::tests::group;
    use super::super::monitor::catch_up;
    use super::*;

    type Row = (Option<i64>, Option<f64>, Option<f64>);

    fn row((lag, commit, produce): Row) -> PartitionLag {
        PartitionLag {
            lag,
            commit_rate: commit,
            produce_rate: produce,
            catch_up_seconds: catch_up(lag, commit, produce),
            ..PartitionLag::new("t", 0)
        }
    }

    const SOON: Row = (Some(100), Some(30.0), Some(10.0));
    const NEVER: Row = (Some(100), Some(10.0), Some(10.0));
    const NO_COMMIT: Row = (None, None, Some(10.0));
    const FROM_THE_START: Row = (Some(100), None, Some(10.0));
    const NO_END: Row = (None, None, None);
    const ONE_LOOK: Row = (Some(100), None, None);

    #[test]
    fn never_is_said_where_it_is_known_and_nowhere_else() {
        let rows = [
            (SOON, CatchUp::In(5.0)),
            ((Some(0), None, Some(1.0)), CatchUp::In(0.0)),
            (NEVER, CatchUp::Never),
            (NO_COMMIT, CatchUp::Unknown),
            (FROM_THE_START, CatchUp::Unknown),
            ((Some(100), Some(1.0), None), CatchUp::Unknown),
            (NO_END, CatchUp::Unasked),
            (ONE_LOOK, CatchUp::Unasked),
        ];
        for (one, expected) in rows {
            assert_eq!(of_partition(&row(one)), expected, "{one:?}");
        }
    }

    #[test]
    fn a_group_that_is_unknown_in_part_is_not_said_to_be_never_done() {
        let rows: [(&[Row], Option<f64>, CatchUp); 6] = [
            (&[SOON, SOON], Some(5.0), CatchUp::In(5.0)),
            (&[SOON, NO_COMMIT], None, CatchUp::Unknown),
            (&[SOON, NEVER, NO_COMMIT], None, CatchUp::Never),
            (&[SOON, NO_END], None, CatchUp::Unknown),
            (&[ONE_LOOK, ONE_LOOK], None, CatchUp::Unasked),
            (&[], None, CatchUp::Unasked),
        ];
        for (partitions, seconds, expected) in rows {
            let mut whole = group("g", partitions.iter().map(|one| row(*one)).collect());
            whole.catch_up_seconds = seconds;
            assert_eq!(of_group(&whole), expected, "{partitions:?}");
        }
    }
}
