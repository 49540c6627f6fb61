//! The verdict on a signature, in the words of ETSI EN 319 102-1.
