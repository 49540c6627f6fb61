//! Runs stage functions over blocks: threads, order, journal, resume.
