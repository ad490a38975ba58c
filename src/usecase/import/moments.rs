//! Which files show one moment, and when that was: a folder is named after its time, and what was kept before an action is another moment
//! than the rest. It must not know what the files say.
use chrono::{NaiveDate, NaiveDateTime};

/// Whether a file was kept before an action: its name ends so.
pub(super) fn is_before(file: &str) -> bool {
    ends_in(file, "before")
}

/// The name of the file that the same command left after the action.
pub(super) fn is_after(file: &str) -> bool {
    ends_in(file, "after")
}

fn ends_in(file: &str, word: &str) -> bool {
    let name = split(file).1;
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    stem.to_lowercase().split(['_', '-', '.']).next_back() == Some(word)
}

/// The folder of a file, and its name.
pub(super) fn split(file: &str) -> (&str, &str) {
    file.rsplit_once('/').unwrap_or(("", file))
}

/// The time in a path: that of the file's own name, else that of the nearest folder. In whose time zone, the path does not say.
pub(super) fn time(path: &str) -> Option<NaiveDateTime> {
    path.rsplit('/').find_map(of_name)
}

/// `20250131_143000`, `2025-01-31T14-30`, and the like, anywhere in a name.
fn of_name(name: &str) -> Option<NaiveDateTime> {
    let bytes = name.as_bytes();
    let is_start =
        |i: &usize| bytes.get(*i).is_some_and(u8::is_ascii_digit) && (*i == 0 || !bytes.get(i - 1).is_some_and(u8::is_ascii_digit));
    (0..bytes.len()).filter(is_start).find_map(|i| numbers(name.get(i..)?))
}

/// Year, month, day, hour, minute and perhaps second, with one sign at most between two of them.
fn numbers(mut rest: &str) -> Option<NaiveDateTime> {
    let mut take = |digits: usize| {
        let text = rest.strip_prefix(['-', '_', ':', '.', 'T', ' ']).unwrap_or(rest);
        let found = text.get(..digits).filter(|t| t.bytes().all(|b| b.is_ascii_digit()))?.parse::<u32>().ok()?;
        rest = text.get(digits..)?;
        Some(found)
    };
    let (year, month, day, hour, minute) = (take(4)?, take(2)?, take(2)?, take(2)?, take(2)?);
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day).filter(|_| (1990..2200).contains(&year))?;
    date.and_hms_opt(hour, minute, take(2).unwrap_or(0))
}

/// A time that a text says of itself: in the first line of evid's own export, or in one of the first lines alone, as `date` leaves it.
pub(super) fn said(text: &str) -> Option<String> {
    let own = |line: &str| line.starts_with("# evid ").then(|| line.rsplit(' ').next()).flatten().and_then(crate::model::instant);
    let found = text.lines().take(3).find_map(|line| crate::model::instant(line.trim()).or_else(|| own(line)));
    found.map(|time| time.with_timezone(&chrono::Utc).to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))
}

#[cfg(test)]
mod tests {
    use super::{is_after, is_before, said, time};

    #[test]
    fn a_path_says_its_time_in_many_forms() {
        for path in [
            "docs/audit/20250131_143000/a.txt",
            "audit/2025-01-31T14-30-00Z/a.txt",
            "20250131T143000Z/a.txt",
            "x/proof-2025-01-31_14:30/latest/a.txt",
            "other/20240101_000000/list_20250131-1430.txt",
        ] {
            assert_eq!(time(path).map(|t| t.to_string()), Some("2025-01-31 14:30:00".into()), "{path}");
        }
        for path in ["docs/audit/latest/a.txt", "20250131/a.txt", "99999999_999999/a", "v1.2/a"] {
            assert_eq!(time(path), None, "{path}");
        }
    }

    #[test]
    fn a_name_says_before_and_after() {
        assert!(is_before("a/argocd_app_list_before.txt") && is_before("apps-BEFORE.log") && is_after("optional_apps_after.txt"));
        assert!(!is_before("before/list.txt") && !is_after("after_all.txt"));
    }

    #[test]
    fn a_text_may_say_its_time_itself() {
        assert_eq!(said("# evid 0.1.0: of bundle x, live of 2025-01-31T14:30:00+09:00\n"), Some("2025-01-31T05:30:00Z".into()));
        assert_eq!(said("2025-01-31T14:30:00Z\n"), Some("2025-01-31T14:30:00Z".into()));
        for text in ["a\nb\nc\n2025-01-31T14:30:00Z\n", "TIMESTAMP  KIND\n2025-01-31T14:30:00Z  Pod\n"] {
            assert_eq!(said(text), None, "{text}");
        }
    }
}
