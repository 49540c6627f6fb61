//! Contenders that take turns, timed by the CPU time of their thread.

use rustix::time::{clock_gettime, ClockId};

/// One way to do the work.
pub struct Contender<'a> {
    pub name: &'static str,
    /// Does the work once.
    pub work: Box<dyn FnMut() + 'a>,
}

impl<'a> Contender<'a> {
    pub fn new(name: &'static str, work: impl FnMut() + 'a) -> Contender<'a> {
        Contender { name, work: Box::new(work) }
    }
}

/// Seconds of every contender in every round, for the same work.
pub struct Rounds {
    names: Vec<&'static str>,
    seconds: Vec<Vec<f64>>,
}

/// Lets the contenders work in turns, each for at least 20 ms a round.
pub fn take_turns(contenders: &mut [Contender<'_>]) -> Rounds {
    let repeats: Vec<u32> = contenders
        .iter_mut()
        .map(|contender| {
            (contender.work)();
            (0.02 / timed(&mut contender.work)).ceil() as u32
        })
        .collect();
    let mut seconds = vec![Vec::new(); contenders.len()];
    for _ in 0..ROUNDS {
        for (i, contender) in contenders.iter_mut().enumerate() {
            let all = timed(&mut || (0..repeats[i]).for_each(|_| (contender.work)()));
            seconds[i].push(all / f64::from(repeats[i]));
        }
    }
    Rounds { names: contenders.iter().map(|contender| contender.name).collect(), seconds }
}

impl Rounds {
    /// Prints a table: how many units a second, and the ratio to the contender named `base`.
    pub fn print(&self, unit: &str, units: f64, base: &str) {
        let base_at = self.names.iter().position(|name| *name == base).expect("the base took part");
        println!("| what | {unit}/s | µs each | × {base} | worst to best round |");
        println!("|---|---|---|---|---|");
        for (name, seconds) in self.names.iter().zip(&self.seconds) {
            let each = median(seconds.clone()) / units;
            let mut ratios: Vec<f64> =
                self.seconds[base_at].iter().zip(seconds).map(|(base, own)| base / own).collect();
            ratios.sort_by(f64::total_cmp);
            println!(
                "| {name} | {:.0} | {:.2} | {:.2} | {:.2} to {:.2} |",
                1.0 / each,
                each * 1e6,
                ratios[ratios.len() / 2],
                ratios[0],
                ratios[ratios.len() - 1],
            );
        }
        println!();
    }

    /// Returns how many times as much `name` does as `base`: the median of the rounds' ratios.
    pub fn ratio(&self, name: &str, base: &str) -> f64 {
        let of = |name: &str| {
            let at = self.names.iter().position(|known| *known == name).expect("it took part");
            &self.seconds[at]
        };
        median(of(base).iter().zip(of(name)).map(|(base, own)| base / own).collect())
    }
}

/// Returns the CPU seconds of this thread that the work takes.
pub fn timed(work: &mut dyn FnMut()) -> f64 {
    let before = cpu_seconds();
    work();
    cpu_seconds() - before
}

fn cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}

pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// An odd number, so that the median is a round that took place.
pub const ROUNDS: usize = 21;
