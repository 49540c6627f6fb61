//! Documents about the job: job ticket and tray labels.
