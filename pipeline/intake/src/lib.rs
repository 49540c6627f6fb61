//! Bytes of a drop become records, every fault with its origin.
