//! Which delta list goes with which complete list (RFC 5280 §5.2.4).

use super::answer::Packed;
use super::gather::is_less;

/// Returns the newest delta on the complete list of this index.
///
/// Both are signed by the same key under the same name, have the same scope, the complete list is
/// not older than the delta's base, and the delta is newer than the complete list.
pub(super) fn of(lists: &[Packed], at: usize) -> Option<u32> {
    let complete = &lists[at];
    let number = complete.listed.number.as_deref()?;
    if complete.base.is_some() {
        return None;
    }
    let fits = |delta: &Packed| {
        let (Some(base), Some(newer)) = (&delta.base, &delta.listed.number) else { return false };
        delta.signer == complete.signer
            && delta.listed.issuer == complete.listed.issuer
            && delta.scope == complete.scope
            && !is_less(number, base)
            && is_less(number, newer)
    };
    let deltas = (0..).zip(lists).filter(|(_, list)| list.base.is_some() && fits(list));
    deltas.max_by_key(|(_, delta)| delta.listed.this_update).map(|(number, _)| number)
}
