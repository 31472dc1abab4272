//! Lag in time, in words.

/// Milliseconds as the two largest units that say something: `850ms`, `12s`, `4m10s`, `3h5m`, `2d4h`. It is rounded down,
/// and its sign stays: an age below zero is a clock that is wrong.
#[must_use]
pub fn age(milliseconds: i64) -> String {
    let sign = if milliseconds < 0 { "-" } else { "" };
    let all = milliseconds.unsigned_abs();
    if all < 1_000 {
        return format!("{sign}{all}ms");
    }
    let seconds = all / 1_000;
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    let two = |large: u64, name: &str, small: u64, below: &str| match small {
        0 => format!("{sign}{large}{name}"),
        _ => format!("{sign}{large}{name}{small}{below}"),
    };
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{sign}{seconds}s"),
        (0, 0, _) => two(minutes, "m", seconds % 60, "s"),
        (0, ..) => two(hours, "h", minutes, "m"),
        _ => two(days, "d", hours, "h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_have_two_units_at_most() {
        let rows = [
            (0, "0ms"),
            (999, "999ms"),
            (1_000, "1s"),
            (59_999, "59s"),
            (60_000, "1m"),
            (250_000, "4m10s"),
            (3_600_000, "1h"),
            (11_100_000, "3h5m"),
            (86_399_999, "23h59m"),
            (187_200_000, "2d4h"),
            (-1_500, "-1s"),
            (i64::MIN, "-106751991167d7h"),
        ];
        for (milliseconds, expected) in rows {
            assert_eq!(age(milliseconds), expected, "{milliseconds}");
        }
    }
}
