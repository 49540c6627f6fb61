//! Columnar work: snapshots, the split's join, the ledger as Parquet.
