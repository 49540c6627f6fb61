//! Print order, bundles, trays, envelopes, postage class and marks, from keys only.
