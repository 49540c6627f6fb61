//! The outside world: directories, sled, append-only files.
