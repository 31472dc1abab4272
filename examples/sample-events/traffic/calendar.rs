//! Days as the calendar names them: Howard Hinnant's `days_from_civil` and `civil_from_days` ("chrono-Compatible Low-Level
//! Date Algorithms"), so that sample events need no crate and one `rustc` compiles them.

const DAY: i64 = 86_400_000;

/// The milliseconds since 1970 of a time as `2026-11-22T14:00:00Z`; none where it is none of this form.
pub(crate) fn instant(text: &str) -> Option<i64> {
    let form = text.bytes().map(|byte| if byte.is_ascii_digit() { b'0' } else { byte });
    if !form.eq(*b"0000-00-00T00:00:00Z") {
        return None;
    }
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let days = days(year, month, day);
    // A day that there is comes back as it was.
    let exists = date(days) == (year, month, day) && hour < 24 && minute < 60 && second < 60;
    exists.then_some(days * DAY + ((hour * 60 + minute) * 60 + second) * 1_000)
}

/// The month of a time, `2026-11`.
pub(crate) fn month(at: i64) -> String {
    let (year, month, _) = date(at.div_euclid(DAY));
    format!("{year}-{month:02}")
}

/// The week of a time by ISO 8601, `2026-W47`: weeks begin on Monday, and belong to the year of their Thursday.
pub(crate) fn week(at: i64) -> String {
    let day = at.div_euclid(DAY);
    // 1970 began on a Thursday.
    let thursday = day - (day + 3).rem_euclid(7) + 3;
    let (year, ..) = date(thursday);
    format!("{year}-W{:02}", (thursday - days(year, 1, 1)) / 7 + 1)
}

fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn date(days: i64) -> (i64, i64, i64) {
    let era = (days + 719_468).div_euclid(146_097);
    let of_era = (days + 719_468).rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}
