//! When a delivery that failed is tried again.

use serde::{Deserialize, Serialize};

/// A rule of growing waits, as data: whoever delivers asks it and keeps the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RetryRule {
    /// The most attempts, the first one included.
    pub attempts_max: u32,
    /// The wait after the first failure, seconds.
    pub first_wait_seconds: u64,
    /// How many times longer each further wait is.
    pub factor: u64,
    /// The longest wait, seconds.
    pub wait_seconds_max: u64,
}

impl RetryRule {
    /// Returns how long to wait after `failures` failures, or `None` when it is given up.
    pub fn wait_seconds(&self, failures: u32) -> Option<u64> {
        if failures >= self.attempts_max {
            return None;
        }
        let growth = self.factor.saturating_pow(failures.saturating_sub(1));
        let wait_seconds = self.first_wait_seconds.saturating_mul(growth);
        Some(if failures == 0 { 0 } else { wait_seconds.min(self.wait_seconds_max) })
    }
}

impl Default for RetryRule {
    /// Returns six attempts within some ten minutes: a night does not wait longer for one mailbox.
    fn default() -> Self {
        Self { attempts_max: 6, first_wait_seconds: 5, factor: 3, wait_seconds_max: 300 }
    }
}

#[cfg(test)]
mod tests {
    use super::RetryRule;

    #[test]
    fn waits_grow_to_their_limit_and_end() {
        let waits: Vec<_> = (0..8).map(|n| RetryRule::default().wait_seconds(n)).collect();
        let some = [0, 5, 15, 45, 135, 300].map(Some);
        assert_eq!(waits[..6], some);
        assert_eq!(waits[6..], [None, None]);
        let endless = RetryRule { attempts_max: u32::MAX, ..RetryRule::default() };
        assert_eq!(endless.wait_seconds(1_000_000), Some(300));
    }
}
