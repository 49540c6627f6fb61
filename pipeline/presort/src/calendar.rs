//! 締切 (shimekiri): the last day on which letters may be posted, reckoned backwards.

use std::collections::BTreeSet;

use letter::Date;

use crate::holidays::{holiday, plus, weekday};

/// Days on which the shop works and hands over, and the post's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    /// Days on which the shop is closed besides weekends and holidays.
    pub closed: BTreeSet<Date>,
    /// 送達日数: delivery days from the posting day to the farthest recipient.
    pub delivery_days: u32,
    /// Working days from the night to the hand-over: printing, inserting, counting.
    pub production_days: u32,
}

/// How a part stands against the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Haste {
    /// It cannot be posted in time.
    Late {
        /// Working days by which it is.
        by_days: u32,
    },
    /// It is posted in time only if nothing goes wrong.
    LastDay,
    /// There is time.
    InTime {
        /// Working days left.
        days_left: u32,
    },
}

/// The days that a part is reckoned with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// The last day on which it may be posted.
    pub post_by: Date,
    /// The first day on which it can be.
    pub can_post: Date,
    /// How that stands.
    pub haste: Haste,
}

impl Calendar {
    /// Returns whether the shop works and the post office takes bulk mail.
    pub fn is_working(&self, day: Date) -> bool {
        is_delivery(day) && !self.closed.contains(&day)
    }

    /// Returns the last working day that is not after `day`.
    pub fn working_on_or_before(&self, mut day: Date) -> Date {
        while !self.is_working(day) {
            day = plus(day, -1);
        }
        day
    }

    /// Returns the last day on which letters may be posted to lie with the recipients on `due`.
    ///
    /// Counts [`delivery_days`](Self::delivery_days) and the days of leeway (送達余裕) that the
    /// posting accepts back over days of delivery, and from there to a working day.
    pub fn post_by(&self, due: Date, leeway_days: u32) -> Date {
        let mut day = due;
        while !is_delivery(day) {
            day = plus(day, -1);
        }
        for _ in 0..self.delivery_days + leeway_days {
            day = plus(day, -1);
            while !is_delivery(day) {
                day = plus(day, -1);
            }
        }
        self.working_on_or_before(day)
    }

    /// Returns the first day on which what is printed in the night of `night` can be posted.
    pub fn can_post(&self, night: Date) -> Date {
        let mut day = night;
        let mut left = self.production_days;
        loop {
            if self.is_working(day) {
                match left.checked_sub(1) {
                    None => return day,
                    Some(rest) => left = rest,
                }
            }
            day = plus(day, 1);
        }
    }

    /// Returns the last night, by its day, whose letters lie with the recipients on `due` by
    /// ordinary mail without leeway; what is printed in a later one comes too late.
    pub fn last_night(&self, due: Date) -> Date {
        let post_by = self.post_by(due, 0);
        let mut night = post_by;
        while self.can_post(night) > post_by {
            night = plus(night, -1);
        }
        night
    }

    /// Returns how a part of the night of `night` stands that must be posted on `post_by`; if that
    /// is no working day, on the last one before.
    pub fn schedule(&self, night: Date, post_by: Date) -> Schedule {
        let post_by = self.working_on_or_before(post_by);
        let can_post = self.can_post(night);
        let haste = if can_post > post_by {
            Haste::Late { by_days: self.working_days(post_by, can_post) }
        } else {
            match self.working_days(can_post, post_by) {
                0 => Haste::LastDay,
                days_left => Haste::InTime { days_left },
            }
        };
        Schedule { post_by, can_post, haste }
    }

    /// Returns the working days after `from`, up to and with `to`.
    fn working_days(&self, from: Date, to: Date) -> u32 {
        let days = (from.days_since_epoch() + 1..=to.days_since_epoch()).filter(|day| {
            Date::from_days_since_epoch(*day).is_some_and(|day| self.is_working(day))
        });
        days.count() as u32
    }
}

/// Returns whether ordinary mail is delivered: since October 2021 on no Saturday, and never on
/// Sundays and holidays.
fn is_delivery(day: Date) -> bool {
    !matches!(weekday(day), 0 | 6) && holiday(day).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        Date::parse(text).expect("a day")
    }

    /// Three delivery days, a day of production, closed over the turn of the year.
    fn calendar() -> Calendar {
        let closed = ["2026-12-29", "2026-12-30", "2026-12-31", "2027-01-04"].map(day);
        Calendar { closed: closed.into(), delivery_days: 3, production_days: 1 }
    }

    #[test]
    fn weekends_holidays_and_the_shops_own_days_are_no_working_days() {
        let calendar = calendar();
        for (text, is_working) in [
            ("2026-11-20", true),
            ("2026-11-21", false),
            ("2026-11-22", false),
            ("2026-11-23", false),
            ("2026-11-24", true),
            ("2026-12-31", false),
            ("2027-01-01", false),
            ("2027-01-05", true),
        ] {
            assert_eq!(calendar.is_working(day(text)), is_working, "{text}");
        }
    }

    #[test]
    fn the_posting_day_is_reckoned_back_from_the_legal_date_over_postal_days() {
        let calendar = calendar();
        let post_by = |due, leeway| calendar.post_by(day(due), leeway).to_string();
        // Friday, Thursday, Wednesday, Tuesday.
        assert_eq!(post_by("2026-11-27", 0), "2026-11-24");
        // Over a weekend that a holiday makes longer.
        assert_eq!(post_by("2026-11-26", 0), "2026-11-20");
        // A Sunday counts as the Friday before.
        assert_eq!(post_by("2026-11-29", 0), "2026-11-24");
        assert_eq!(post_by("2026-11-27", 3), "2026-11-18");
        // The post delivers on 29 to 31 December; the shop does not work.
        assert_eq!(post_by("2027-01-05", 0), "2026-12-28");
    }

    #[test]
    fn the_last_night_is_the_last_that_is_posted_in_time() {
        let calendar = calendar();
        let last = |due| calendar.last_night(day(due));
        // Posted on Tuesday, after production on the Friday before the long weekend.
        assert_eq!(last("2026-11-27"), day("2026-11-20"));
        for due in 0..400 {
            let due = plus(day("2026-03-01"), due);
            let (night, post_by) = (calendar.last_night(due), calendar.post_by(due, 0));
            assert!(calendar.can_post(night) <= post_by, "{due}: {night} is in time");
            assert!(calendar.can_post(plus(night, 1)) > post_by, "{due}: the next is not");
        }
    }

    #[test]
    fn a_part_is_late_on_its_last_day_or_in_time() {
        let calendar = calendar();
        let schedule = |night, post_by| calendar.schedule(day(night), day(post_by));
        // The night to Tuesday: printed on Tuesday, posted on Wednesday.
        let found = schedule("2026-11-24", "2026-11-25");
        assert_eq!((found.can_post, found.haste), (day("2026-11-25"), Haste::LastDay));
        let found = schedule("2026-11-24", "2026-11-27");
        assert_eq!(found.haste, Haste::InTime { days_left: 2 });
        let found = schedule("2026-11-24", "2026-11-23");
        assert_eq!((found.post_by, found.haste), (day("2026-11-20"), Haste::Late { by_days: 2 }));
        // Printed over a long weekend: production is on Tuesday.
        assert_eq!(calendar.can_post(day("2026-11-21")), day("2026-11-25"));
        let now = Calendar { production_days: 0, ..calendar };
        assert_eq!(now.can_post(day("2026-11-24")), day("2026-11-24"));
    }
}
