//! Work beside the crew's: what waits for the disk while the crew computes.

use std::io;
use std::panic;
use std::thread::{Builder, JoinHandle};

/// Work on a thread of its own; whoever drops it waits for its end.
#[derive(Debug)]
pub struct Aside<T>(Option<JoinHandle<T>>);

/// Starts work that waits more than it computes.
///
/// # Errors
/// If the system refuses the thread; the work is then not done.
pub fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> io::Result<Aside<T>> {
    Builder::new().spawn(work).map(|handle| Aside(Some(handle)))
}

/// Does two things at once, the first on a thread of its own, and returns what came of both.
///
/// # Panics
/// If either panics.
pub fn both<A: Send, B>(first: impl FnOnce() -> A + Send, second: impl FnOnce() -> B) -> (A, B) {
    std::thread::scope(|scope| {
        let first = scope.spawn(first);
        let second = second();
        (first.join().unwrap_or_else(|panic| panic::resume_unwind(panic)), second)
    })
}

impl<T> Aside<T> {
    /// Returns whether [`Aside::join`] would return at once.
    pub fn is_done(&self) -> bool {
        self.0.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Waits for the work and returns what came of it.
    ///
    /// # Panics
    /// If the work panicked.
    pub fn join(mut self) -> T {
        let handle = self.0.take().expect("nobody else has joined it");
        handle.join().unwrap_or_else(|panic| panic::resume_unwind(panic))
    }
}

impl<T> Drop for Aside<T> {
    fn drop(&mut self) {
        if let Some(handle) = self.0.take() {
            // Dropped on the way out of an error, which says more than this work could.
            drop(handle.join());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::Arc;

    use super::*;

    #[test]
    fn both_things_are_done() {
        let words = String::from("both");
        assert_eq!(both(|| words.len(), || &words[..1]), (4, "b"));
    }

    #[test]
    fn what_is_done_aside_is_done_when_it_is_joined_or_dropped() {
        assert_eq!(aside(|| 7).expect("a thread").join(), 7);
        let done = Arc::new(AtomicBool::new(false));
        let noted = Arc::clone(&done);
        drop(aside(move || noted.store(true, Ordering::Relaxed)).expect("a thread"));
        assert!(done.load(Ordering::Relaxed));
    }
}
