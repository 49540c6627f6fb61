//! What can go wrong with a columnar file.

use polars_core::error::PolarsError;
use registry::{ImportError, SnapshotId};
use thiserror::Error;

/// Why a columnar file could not be written or read.
#[derive(Debug, Error)]
pub enum Error {
    /// Reading or writing failed.
    #[error("reading or writing the file failed: {0}")]
    Io(#[from] std::io::Error),
    /// The bytes are not Parquet as this room reads it.
    #[error("the file is not readable as Parquet: {0}")]
    Parquet(String),
    /// A column that must be there is missing or has another type.
    #[error("column {column} is missing or not of type {kind}")]
    Column {
        /// The column.
        column: String,
        /// What it must hold.
        kind: &'static str,
    },
    /// A cell holds a value that it can never hold.
    #[error("column {column} holds {value:?}")]
    Value {
        /// The column.
        column: &'static str,
        /// The value met.
        value: String,
    },
    /// One pseudonym stands for two recipients.
    #[error("two rows of sender {sender}, class {class} have the same pseudonym")]
    TwinRows {
        /// The sender.
        sender: String,
        /// The letter class.
        class: String,
    },
    /// The rows of a snapshot file are not those it was written with.
    #[error("the snapshot has id {found}, its file says {expected:?}")]
    Damaged {
        /// The id of the rows read.
        found: SnapshotId,
        /// The id in the file's metadata.
        expected: Option<String>,
    },
    /// A registry file has faulty rows.
    #[error(transparent)]
    Import(#[from] ImportError),
}

impl From<PolarsError> for Error {
    fn from(error: PolarsError) -> Self {
        match error {
            PolarsError::IO { error, .. } => {
                Self::Io(std::io::Error::new(error.kind(), error.to_string()))
            }
            other => Self::Parquet(other.to_string()),
        }
    }
}
