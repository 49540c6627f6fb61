//! The senders' doors: what is whole in their inboxes becomes drops, answers go to their outboxes.

pub mod agreement;
pub mod answer;
pub mod arrival;
pub mod kit;
pub mod notes;
pub mod outbox;
pub mod results;
pub mod taking;

/// Returns whether a file of this name is a note to the shop and no drop: `BATCH.approve`,
/// `BATCH.cancel`, `BATCH.pull.csv`.
pub fn is_note(name: &str) -> bool {
    [".approve", ".cancel", ".pull.csv"].iter().any(|ending| name.ends_with(ending))
}
