//! Deterministic sample drops of synthetic people at real addresses.
