//! Signatures and digests in batches: one signature a lane where the machine has the lanes.
