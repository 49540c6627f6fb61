//! Columnar work: snapshots, the split's join, the ledger as Parquet.
//!
//! The only room that knows polars. Nothing here is called per record on the hot way: a snapshot is
//! frozen once a run, a batch is split by one join, ledger rows are written in row groups.
//!
//! Of polars only the columns, the join and the Parquet format are built, and polars-io is left
//! out with its runtimes and codecs; a Parquet file may be uncompressed, snappy or gzip. polars
//! keeps a pool of threads of its own; nothing that it returns depends on their number.

mod error;
mod import;
mod ledger;
mod snapshot;
mod split;
mod table;

pub use error::Error;
pub use import::read_entries;
pub use ledger::{
    read_ledger, BatchCount, ChannelCount, End, LedgerCounts, LedgerRow, LedgerWriter,
};
pub use snapshot::{freeze, Snapshot};
pub use split::{split, KeyColumn, SplitRow};

#[cfg(test)]
mod tests;
