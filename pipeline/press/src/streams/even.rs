//! Evens counts out, so that the lengths of their codes are written in few runs.
//!
//! Every stream begins with the lengths of all codes (RFC 1951 §3.2.7), a run of equal lengths
//! taking little more than one length alone. Symbols side by side that occur about as often
//! therefore share one count wherever the longer codes cost less than what the lengths save.

/// Returns counts that are even in runs, for as many streams as the lengths are written for; each
/// is a multiple of what was counted, and 0 where that is 0.
pub(super) fn evened(counts: &[u32], streams: u32) -> Vec<u32> {
    let saved = (u64::from(streams) * LENGTH_BITS) << PART_BITS;
    let mut runs: Vec<Run> = Vec::with_capacity(counts.len());
    for &count in counts {
        let mut run = Run::new(u64::from(count), 1);
        while let Some(before) = runs.last() {
            let joined = Run::new(before.sum + run.sum, before.len + run.len);
            let is_void = |run: &Run| run.sum == 0;
            let dearer = (before.bits + run.bits).saturating_sub(joined.bits);
            if is_void(before) != is_void(&run) || dearer > saved {
                break;
            }
            run = joined;
            runs.pop();
        }
        runs.push(run);
    }
    let even = runs.into_iter().flat_map(|run| {
        let count = match run.sum {
            0 => 0,
            sum => (SCALE * sum / run.len).clamp(1, u64::from(u32::MAX)) as u32,
        };
        std::iter::repeat_n(count, run.len as usize)
    });
    even.collect()
}

/// Symbols side by side that share one count.
#[derive(Clone, Copy)]
struct Run {
    /// How often they occur together.
    sum: u64,
    /// How many they are.
    len: u64,
    /// How many bits less than those of a sum of 1 all its codes have, in parts of a bit.
    bits: u64,
}

impl Run {
    fn new(sum: u64, len: u64) -> Self {
        Self { sum, len, bits: sum * log2(sum).saturating_sub(log2(len)) }
    }
}

/// Returns the logarithm in parts of a bit, interpolated between those of nine digits; 0 of 0.
fn log2(value: u64) -> u64 {
    let Some(whole) = value.checked_ilog2() else { return 0 };
    // What stands after the leading one: eight digits, then a share of the step to the next.
    let after = value << (63 - whole) << 1;
    let (at, share) = ((after >> 56) as usize, after << 8 >> 48);
    let (log, next) = (u64::from(LOGS[at]), u64::from(LOGS[at + 1]));
    (u64::from(whole) << PART_BITS) + log + (((next - log) * share) >> 16)
}

/// The logarithms of 256/256 to 512/256.
const LOGS: [u32; 257] = {
    let mut logs = [0; 257];
    let mut at = 0;
    while at < 256 {
        // From 1 on, with 31 bits after the point: each squaring gives the logarithm's next bit.
        let mut over = (256 + at as u64) << 23;
        let mut bit = 0;
        while bit < PART_BITS {
            over = (over * over) >> 31;
            let is_two = over >> 32;
            logs[at] = logs[at] << 1 | is_two as u32;
            over >>= is_two;
            bit += 1;
        }
        at += 1;
    }
    logs[256] = 1 << PART_BITS;
    logs
};

/// What one more length takes in the head of a stream, about.
const LENGTH_BITS: u64 = 4;
/// Bits are counted in parts as small as this, because sums of some ten thousand are compared.
const PART_BITS: u32 = 16;
/// Keeps what a mean has beyond the whole.
const SCALE: u64 = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_about_as_great_become_one_and_others_stay_apart() {
        let counts = [3, 5, 4, 0, 0, 900, 1000, 10, 11, 9, 0];
        let found = evened(&counts, 16);
        assert_eq!(found, [64, 64, 64, 0, 0, 15200, 15200, 160, 160, 160, 0]);
    }

    #[test]
    fn the_fewer_streams_the_less_is_evened() {
        let runs = |streams| {
            let counts: Vec<u32> = (0..200).map(|at| 100 + 7 * (at * 37 % 50)).collect();
            evened(&counts, streams).chunk_by(|a, b| a == b).count()
        };
        assert!(
            runs(1) > runs(16) && runs(16) > runs(1000),
            "{} {} {}",
            runs(1),
            runs(16),
            runs(1000)
        );
        assert_eq!(runs(1_000_000), 1);
    }

    #[test]
    fn logarithms_are_those_of_mathematics() {
        for value in [1u64, 2, 3, 5, 100, 1000, 65_535, 1 << 40] {
            let exact = (value as f64).log2() * f64::from(1 << PART_BITS);
            let short = exact - log2(value) as f64;
            assert!((-1.5..2.5).contains(&short), "{value}: {short}");
        }
    }
}
