//! 案件番号: the number that stands in every mark of a part, given out once.

use std::collections::HashMap;

use runner::{Entry, Part};
use sha2::{Digest, Sha256};

/// The numbers given out, in the order in which drops were taken.
#[derive(Clone, Debug, Default)]
pub struct Jobs {
    by_part: HashMap<Part, u32>,
    given: HashMap<u32, Part>,
}

impl Jobs {
    /// Gives out the numbers of all parts that a journal ever took, refused ones included: what was
    /// given stays given.
    pub fn of<'e>(entries: impl IntoIterator<Item = &'e Entry>) -> Self {
        let mut jobs = Self::default();
        for entry in entries {
            if let Entry::DropTaken { part, .. } = entry {
                jobs.give(part);
            }
        }
        jobs
    }

    /// Gives a part its number: that of its name, or the next one that nobody has.
    pub fn give(&mut self, part: &Part) -> u32 {
        if let Some(&job) = self.by_part.get(part) {
            return job;
        }
        let mut job = by_name(part);
        while self.given.contains_key(&job) {
            job = (job + 1) % JOBS;
        }
        self.given.insert(job, part.clone());
        self.by_part.insert(part.clone(), job);
        job
    }

    /// Returns the number of a part; by its name alone if the journal never took it.
    pub fn job(&self, part: &Part) -> u32 {
        self.by_part.get(part).copied().unwrap_or_else(|| by_name(part))
    }
}

/// Returns a number that follows from a part's name alone, by its digest: the same in every shop's
/// journal that never took two such parts, which are one pair in 60 million.
pub fn by_name(part: &Part) -> u32 {
    let digest = Sha256::digest(part.to_string());
    u32::from_be_bytes(digest[..4].try_into().expect("four of 32 bytes")) % JOBS
}

/// A mark has eight digits for the job.
const JOBS: u32 = 100_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn part(name: &str) -> Part {
        let sender = letter::SenderId::parse("city").expect("an id");
        Part { sender, batch: letter::BatchId::parse(name).expect("an id"), part: 1 }
    }

    /// Two parts whose names have one number, found by trying.
    fn alike() -> (Part, Part) {
        let mut seen = HashMap::new();
        for number in 0..200_000 {
            let part = part(&format!("batch-{number}"));
            if let Some(other) = seen.insert(by_name(&part), part.clone()) {
                return (other, part);
            }
        }
        panic!("100,000,000 numbers, and no two alike of 200,000");
    }

    #[test]
    fn a_number_is_given_out_once_and_stays_with_who_had_it_first() {
        let (first, second) = alike();
        let mut jobs = Jobs::default();
        let given = [jobs.give(&first), jobs.give(&second), jobs.give(&first)];
        assert_eq!(given[0], by_name(&first), "old marks stay readable");
        assert_eq!((given[1], given[2]), (by_name(&second) + 1, given[0]));
        assert_eq!((jobs.job(&first), jobs.job(&second)), (given[0], given[1]));
        assert_eq!(jobs.job(&part("never-taken")), by_name(&part("never-taken")));
    }
}
