//! Batches of signatures become verdicts.
