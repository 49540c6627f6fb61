//! A crew of threads that maps blocks in parallel and hands the results over in order.

use std::collections::BTreeMap;
use std::panic::{self, AssertUnwindSafe};

use crossbeam::channel;

/// Blocks under way per thread: one in work, one waiting, so that no thread idles while the
/// ordered hand-over catches up. It also bounds the memory: threads × this × block size.
const BLOCKS_PER_THREAD: usize = 3;

/// The threads of one night.
pub struct Crew {
    threads: usize,
    pool: rayon::ThreadPool,
}

/// The threads could not be started.
#[derive(Debug)]
pub struct CrewError(rayon::ThreadPoolBuildError);

impl std::fmt::Display for CrewError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the worker threads could not be started: {}", self.0)
    }
}

impl std::error::Error for CrewError {}

impl Crew {
    /// Starts `threads` threads; 0 means one for every processor.
    ///
    /// # Errors
    /// If the system refuses the threads.
    pub fn new(threads: usize) -> Result<Self, CrewError> {
        let threads = match threads {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            n => n,
        };
        let pool =
            rayon::ThreadPoolBuilder::new().num_threads(threads).build().map_err(CrewError)?;
        Ok(Self { threads, pool })
    }

    /// Returns the number of threads.
    pub fn threads(&self) -> usize {
        self.threads
    }

    /// Maps every block with `work` and gives the results to `sink` in the order of the blocks.
    ///
    /// Each thread makes its scratch once. The hand-over is the back-pressure: at most
    /// three blocks a thread are under way. The first error of the blocks' source or the sink ends
    /// the run; blocks already in work are finished and dropped.
    ///
    /// # Errors
    /// What the source of the blocks or the sink returns.
    ///
    /// # Panics
    /// If `work` panics, on the calling thread.
    pub fn map_in_order<B, O, S, E>(
        &self,
        blocks: impl Iterator<Item = Result<B, E>>,
        scratch: impl Fn() -> S + Sync,
        work: impl Fn(&mut S, B) -> O + Sync,
        mut sink: impl FnMut(O) -> Result<(), E>,
    ) -> Result<(), E>
    where
        B: Send,
        O: Send,
    {
        if self.threads == 1 {
            let mut scratch = scratch();
            return blocks.into_iter().try_for_each(|block| sink(work(&mut scratch, block?)));
        }
        let window = self.threads * BLOCKS_PER_THREAD;
        let (to_work, blocks_in) = channel::bounded::<(usize, B)>(window);
        let (to_sink, results) = channel::bounded(window);
        self.pool.in_place_scope(|scope| {
            for _ in 0..self.threads {
                let (blocks_in, to_sink) = (blocks_in.clone(), to_sink.clone());
                let (scratch, work) = (&scratch, &work);
                scope.spawn(move |_| {
                    let mut scratch = scratch();
                    for (index, block) in blocks_in {
                        let result =
                            panic::catch_unwind(AssertUnwindSafe(|| work(&mut scratch, block)));
                        if to_sink.send((index, result)).is_err() {
                            return;
                        }
                    }
                });
            }
            drop((blocks_in, to_sink));
            hand_over(blocks, window, to_work, &results, &mut sink)
        })
    }
}

/// Feeds blocks while the window has room and passes results on in order.
fn hand_over<B, O, E>(
    mut blocks: impl Iterator<Item = Result<B, E>>,
    window: usize,
    to_work: channel::Sender<(usize, B)>,
    results: &channel::Receiver<(usize, std::thread::Result<O>)>,
    sink: &mut impl FnMut(O) -> Result<(), E>,
) -> Result<(), E> {
    let mut waiting = BTreeMap::new();
    let (mut fed, mut passed) = (0, 0);
    let mut to_work = Some(to_work);
    loop {
        while let Some(sender) = to_work.as_ref().filter(|_| fed - passed < window) {
            match blocks.next() {
                Some(block) => {
                    sender.send((fed, block?)).expect("the crew lives until the last block");
                    fed += 1;
                }
                None => to_work = None,
            }
        }
        if passed == fed {
            return Ok(());
        }
        let (index, result) = results.recv().expect("every block fed comes back");
        waiting.insert(index, result);
        while let Some(result) = waiting.remove(&passed) {
            passed += 1;
            sink(result.unwrap_or_else(|panic| panic::resume_unwind(panic)))?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn squares(threads: usize, n: u64) -> Vec<u64> {
        let crew = Crew::new(threads).expect("threads start");
        let mut out = Vec::new();
        crew.map_in_order(
            (0..n).map(Ok::<_, ()>),
            || 0u64,
            |seen, block| {
                *seen += 1;
                if block % 7 == 0 {
                    std::thread::yield_now();
                }
                block * block
            },
            |square| {
                out.push(square);
                Ok(())
            },
        )
        .expect("nothing fails");
        out
    }

    #[test]
    fn results_come_in_order_for_any_number_of_threads() {
        let one = squares(1, 1_000);
        assert_eq!(one.len(), 1_000);
        for threads in [2, 3, 8] {
            assert_eq!(squares(threads, 1_000), one, "{threads} threads");
        }
        assert!(squares(4, 0).is_empty());
    }

    #[test]
    fn the_first_error_of_the_sink_or_the_source_ends_the_run() {
        let crew = Crew::new(3).expect("threads start");
        let mut taken = 0;
        let ended = crew.map_in_order(
            (0..100).map(Ok),
            || (),
            |(), block| block,
            |block| {
                taken += 1;
                if block == 10 {
                    Err("sink")
                } else {
                    Ok(())
                }
            },
        );
        assert_eq!((ended, taken), (Err("sink"), 11));
        let blocks = (0..100).map(|block| if block == 5 { Err("source") } else { Ok(block) });
        let ended = crew.map_in_order(blocks, || (), |(), block| block, |_| Ok(()));
        assert_eq!(ended, Err("source"));
    }

    #[test]
    fn a_panic_in_the_work_reaches_the_caller_and_hangs_nothing() {
        let crew = Crew::new(2).expect("threads start");
        let caught = panic::catch_unwind(AssertUnwindSafe(|| {
            crew.map_in_order(
                (0..50).map(Ok::<_, ()>),
                || (),
                |(), block| assert!(block != 20, "block twenty is broken"),
                |()| Ok(()),
            )
        }));
        assert!(caught.is_err());
    }
}
