//! Lists, responses, messages and arrays that are put together here, each with one oddity.

#[path = "forged/arrays.rs"]
mod arrays;
#[path = "forged/forge.rs"]
mod forge;
#[path = "forged/lists.rs"]
mod lists;
#[path = "forged/messages.rs"]
mod messages;
#[path = "forged/responses.rs"]
mod responses;
#[path = "forged/verdicts.rs"]
mod verdicts;
