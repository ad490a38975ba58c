//! When a CronJob fires and a sync window begins: the five fields of cron, in UTC. Knows neither.
use chrono::{DateTime, Datelike, Timelike, Utc};

/// A schedule that was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Schedule {
    /// For each field the values that fit.
    fields: [Vec<u32>; 5],
    /// Whether the day of the month and the day of the week are said: then either is enough.
    either: bool,
}

/// The lowest and the highest value of each field.
const RANGES: [(u32, u32); 5] = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 7)];

impl Schedule {
    /// A schedule of numbers, ranges, steps and lists; none where it can't be read.
    pub fn parse(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.split_whitespace().collect();
        let parts: [&str; 5] = parts.try_into().ok()?;
        let mut fields: [Vec<u32>; 5] = Default::default();
        for ((field, part), (low, high)) in fields.iter_mut().zip(parts).zip(RANGES) {
            for item in part.split(',') {
                field.extend(values(item, low, high)?);
            }
        }
        Some(Self { fields, either: !parts[2].starts_with('*') && !parts[4].starts_with('*') })
    }

    /// Whether it names the minute of a time.
    pub fn names(&self, time: DateTime<Utc>) -> bool {
        let [minutes, hours, days, months, weekdays] = &self.fields;
        let (day, weekday) = (days.contains(&time.day()), time.weekday().num_days_from_sunday());
        let of_week = weekdays.iter().any(|w| w % 7 == weekday);
        let date = if self.either { day || of_week } else { day && of_week };
        minutes.contains(&time.minute()) && hours.contains(&time.hour()) && months.contains(&time.month()) && date
    }
}

/// `*`, `*/5`, `3`, `1-5`, `1-5/2`.
fn values(item: &str, low: u32, high: u32) -> Option<impl Iterator<Item = u32>> {
    let (range, step) = match item.split_once('/') {
        Some((range, step)) => (range, step.parse().ok().filter(|s| *s > 0)?),
        None => (item, 1),
    };
    let (from, to) = match range.split_once('-') {
        _ if range == "*" => (low, high),
        Some((from, to)) => (from.parse().ok()?, to.parse().ok()?),
        None if item.contains('/') => (range.parse().ok()?, high),
        None => (range.parse().ok()?, range.parse().ok()?),
    };
    (low <= from && to <= high).then(|| (from..=to).step_by(step))
}

#[cfg(test)]
mod tests {
    use super::Schedule;

    #[test]
    fn a_schedule_names_its_minutes() {
        // A Wednesday.
        let names =
            |schedule: &str, time: &str| Schedule::parse(schedule).unwrap().names(format!("2030-01-02T{time}:30Z").parse().unwrap());
        assert!(names("* * * * *", "12:34") && names("*/10 * * * *", "12:20") && !names("*/10 * * * *", "12:21"));
        assert!(names("17 3 * * *", "03:17") && !names("17 3 * * *", "04:17"));
        assert!(names("0,30 8-18 * * 1-5", "09:30") && !names("0,30 8-18 * * 6,7", "09:30"));
        assert!(names("0 0 1 * 3", "00:00") && !names("0 0 1 * *", "00:00") && names("0 0 2 1 *", "00:00"));
        assert_eq!(["x", "61 * * * *", "* * * *", "*/0 * * * *"].map(Schedule::parse), [None, None, None, None]);
    }
}
