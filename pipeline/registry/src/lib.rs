//! Recipients, their links to senders, preferences, and the frozen snapshot of them.
