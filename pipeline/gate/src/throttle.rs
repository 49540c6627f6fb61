//! How often somebody may try: counts within windows of time.

use std::collections::HashMap;
use std::hash::Hash;

use letter::Moment;

/// Counts tries by key; what is over is forgotten.
#[derive(Debug)]
pub struct Throttle<K> {
    tries_max: u32,
    window_seconds: i64,
    tries: HashMap<K, (Moment, u32)>,
}

impl<K: Hash + Eq + Clone> Throttle<K> {
    /// Returns a throttle that lets `tries_max` pass within `window_seconds` of the first.
    pub fn new(tries_max: u32, window_seconds: i64) -> Self {
        Self { tries_max, window_seconds, tries: HashMap::new() }
    }

    /// Counts a try.
    ///
    /// # Errors
    /// The seconds until the next one is let pass.
    pub fn try_once(&mut self, key: &K, now: Moment) -> Result<(), i64> {
        if self.tries.len() >= KEYS_MAX {
            let window = self.window_seconds;
            self.tries.retain(|_, (first, _)| now.0 - first.0 < window);
        }
        if self.tries.len() >= KEYS_MAX && !self.tries.contains_key(key) {
            return Err(self.window_seconds);
        }
        let (first, count) = self.tries.entry(key.clone()).or_insert((now, 0));
        if now.0 - first.0 >= self.window_seconds {
            (*first, *count) = (now, 0);
        }
        *count += 1;
        if *count > self.tries_max {
            return Err(first.0 + self.window_seconds - now.0);
        }
        Ok(())
    }

    /// Forgets the tries of a key, after one that was right.
    pub fn forget(&mut self, key: &K) {
        self.tries.remove(key);
    }
}

/// Keys in memory at most, some ten megabytes.
const KEYS_MAX: usize = 100_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tries_of_one_do_not_count_for_another() {
        let mut throttle = Throttle::new(3, 60);
        for _ in 0..3 {
            assert_eq!(throttle.try_once(&1, Moment(100)), Ok(()));
        }
        assert_eq!(throttle.try_once(&1, Moment(110)), Err(50));
        assert_eq!(throttle.try_once(&2, Moment(110)), Ok(()));
        assert_eq!(throttle.try_once(&1, Moment(160)), Ok(()), "the window is over");
        throttle.forget(&1);
        for _ in 0..3 {
            assert_eq!(throttle.try_once(&1, Moment(161)), Ok(()));
        }
    }

    #[test]
    fn a_flood_of_keys_takes_no_more_memory_and_lets_nobody_pass() {
        let mut throttle = Throttle::new(1, 60);
        for key in 0..KEYS_MAX {
            assert_eq!(throttle.try_once(&key, Moment(0)), Ok(()));
        }
        assert_eq!(throttle.try_once(&KEYS_MAX, Moment(1)), Err(60));
        assert_eq!(throttle.tries.len(), KEYS_MAX);
        assert_eq!(throttle.try_once(&KEYS_MAX, Moment(61)), Ok(()));
        assert_eq!(throttle.tries.len(), 1);
    }
}
