//! Seconds since 1970 as RFC 3339 text, without a clock: a report never depends on when it was
//! made.

use serde_json::Value;

/// Latest second that is written: the end of the year 9999.
const LATEST: i64 = 253_402_300_799;

/// `2026-01-02T03:04:05Z`; nothing for times before 1970 or after 9999.
pub(in crate::detect) fn rfc3339(seconds: i64) -> Option<String> {
    if !(0..=LATEST).contains(&seconds) {
        return None;
    }
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = civil(days);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    Some(format!(
        "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"
    ))
}

/// A fact of a time; nothing when it is out of range.
pub(super) fn fact(seconds: i64) -> Option<Value> {
    rfc3339(seconds).map(Value::String)
}

/// Year, month and day of a day counted from 1970-01-01, in the proleptic Gregorian calendar.
/// Years are taken to begin in March, so that the leap day is a year's last.
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_seconds_have_their_known_dates() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_799, "2000-02-29T23:59:59Z"),
            (1_234_567_890, "2009-02-13T23:31:30Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (LATEST, "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(rfc3339(seconds).as_deref(), Some(text));
        }
    }

    #[test]
    fn times_out_of_range_have_no_date() {
        for seconds in [-1, LATEST + 1, i64::MIN, i64::MAX] {
            assert_eq!(rfc3339(seconds), None);
        }
    }

    #[test]
    fn days_follow_each_other_without_gap() {
        let mut previous = civil(0);
        for day in 1..150_000 {
            let this = civil(day);
            assert!(this > previous, "{this:?} after {previous:?}");
            assert!((1..=12).contains(&this.1) && (1..=31).contains(&this.2));
            previous = this;
        }
    }
}
