//! Accounts for every record: receipt, reject list, equation, reconciliation.
