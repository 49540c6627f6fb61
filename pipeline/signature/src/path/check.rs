//! RFC 5280 §6.1: a chain whose signatures hold is checked from its anchor down.

use super::names::Names;
use super::policies::Policies;
use super::{
    validity, Anchor, Anchors, Failure, Issuer, Link, Path, Revocation, Settings, Standing,
};
use crate::certificate::{Certificate, Constraints};

/// What is at hand beside the chain, to be passed on to revocation.
pub(super) struct Hand<'l, 'a> {
    pub anchors: &'a Anchors,
    pub intermediates: &'l [Certificate<'a>],
    pub revocation: Option<&'l dyn Revocation>,
}

/// The state of the algorithm (RFC 5280 §6.1.2), without the counters that are policies'.
struct State<'a> {
    policies: Policies<'a>,
    names: Names<'a>,
    explicit_policy: usize,
    inhibit_any: usize,
    policy_mapping: usize,
    max_path_len: u64,
}

/// Checks a chain, leaf first, whose names and signatures lead to the anchor.
///
/// # Errors
/// The first failure from the anchor down. Validity and revocation are no errors here: they stand
/// in the path.
pub(super) fn check<'a>(
    hand: &Hand<'_, 'a>,
    settings: &Settings<'a>,
    chain: &[&Certificate<'a>],
    anchor: &'a Anchor,
) -> Result<Path<'a>, Failure> {
    let mut state = State::new(settings, chain.len());
    state.follow_anchor(anchor, chain.len())?;
    let mut issuer =
        Issuer { name: anchor.name(), key: anchor.key(), signs_crls: anchor.signs_crls };
    let mut found_validity =
        validity(anchor.not_before, anchor.not_after, settings.at, chain.len());
    let mut found_revocation = None;
    let anchors = &Anchors::only(anchor);
    for (depth, certificate) in chain.iter().copied().enumerate().rev() {
        let found = validity(certificate.not_before, certificate.not_after, settings.at, depth);
        found_validity = found_validity.or(found);
        if let (Some(revocation), None) = (hand.revocation, &found_revocation) {
            let (at, intermediates) = (settings.at, hand.intermediates);
            let link = Link { certificate, issuer, depth, at, anchors, intermediates };
            found_revocation = failure_of(revocation.standing(&link), depth);
        }
        let constraints = Constraints::read(certificate)
            .map_err(|malformed| Failure::Malformed { depth, malformed })?;
        state.enter(certificate, depth)?;
        if depth > 0 {
            state.prepare(certificate, &constraints, depth)?;
            issuer = Issuer {
                name: certificate.subject,
                key: certificate.key,
                signs_crls: certificate.extensions.key_usage.is_none_or(|u| u.crl_sign()),
            };
        } else {
            state.explicit_policy = state.explicit_policy.saturating_sub(1);
            if constraints.require_explicit_policy == Some(0) {
                state.explicit_policy = 0;
            }
        }
        if certificate.extensions.unknown_critical.is_some() {
            return Err(Failure::UnknownCritical { depth });
        }
    }
    let policies = state.policies.acceptable(&settings.initial_policies);
    if state.explicit_policy == 0 && policies.is_empty() {
        return Err(Failure::NoPolicy { depth: 0 });
    }
    Ok(Path {
        anchor,
        certificates: chain.iter().map(|certificate| (*certificate).clone()).collect(),
        policies,
        validity: found_validity,
        revocation: found_revocation,
    })
}

fn failure_of(standing: Standing, depth: usize) -> Option<Failure> {
    match standing {
        Standing::Good => None,
        Standing::Revoked { date, reason } => Some(Failure::Revoked { depth, date, reason }),
        Standing::Unknown { code } => Some(Failure::RevocationUnknown { depth, code }),
    }
}

impl<'a> State<'a> {
    /// §6.1.2.
    fn new(settings: &Settings<'a>, len: usize) -> Self {
        let after = |now: bool| if now { 0 } else { len + 1 };
        Self {
            policies: Policies::new(),
            names: Names::new(),
            explicit_policy: after(settings.require_explicit_policy),
            inhibit_any: after(settings.inhibit_any_policy),
            policy_mapping: after(settings.inhibit_policy_mapping),
            max_path_len: len as u64,
        }
    }

    /// An anchor that is a certificate constrains what is below it by names and length
    /// (RFC 5937 §3.2); its policies are not asked.
    fn follow_anchor(&mut self, anchor: &'a Anchor, len: usize) -> Result<(), Failure> {
        self.max_path_len = anchor.path_len.unwrap_or(u64::MAX).min(len as u64);
        let certificate = anchor.certificate();
        if certificate.extensions.has_constraints {
            let constraints = Constraints::read(&certificate)
                .map_err(|malformed| Failure::Malformed { depth: len, malformed })?;
            self.names.constrain(&constraints);
        }
        Ok(())
    }

    /// §6.1.3 b to f.
    fn enter(&mut self, certificate: &Certificate<'a>, depth: usize) -> Result<(), Failure> {
        let self_issued = certificate.is_self_issued();
        if depth == 0 || !self_issued {
            self.names.check(certificate, depth)?;
        }
        let any = self.inhibit_any > 0 || (depth > 0 && self_issued);
        self.policies.take(certificate, any);
        if self.explicit_policy == 0 && self.policies.is_empty() {
            return Err(Failure::NoPolicy { depth });
        }
        Ok(())
    }

    /// §6.1.4.
    fn prepare(
        &mut self,
        certificate: &Certificate<'a>,
        constraints: &Constraints<'a>,
        depth: usize,
    ) -> Result<(), Failure> {
        let any = super::ANY_POLICY;
        if constraints.mappings.iter().any(|pair| pair.issuer == any || pair.subject == any) {
            return Err(Failure::NoPolicy { depth });
        }
        self.policies.map(constraints, self.policy_mapping > 0);
        self.names.constrain(constraints);
        let self_issued = certificate.is_self_issued();
        if !self_issued {
            self.explicit_policy = self.explicit_policy.saturating_sub(1);
            self.policy_mapping = self.policy_mapping.saturating_sub(1);
            self.inhibit_any = self.inhibit_any.saturating_sub(1);
        }
        lower(&mut self.explicit_policy, constraints.require_explicit_policy);
        lower(&mut self.policy_mapping, constraints.inhibit_policy_mapping);
        lower(&mut self.inhibit_any, constraints.inhibit_any_policy);
        let basic = certificate.extensions.basic_constraints.unwrap_or_default();
        if !basic.ca {
            return Err(Failure::NotCa { depth });
        }
        if !self_issued {
            self.max_path_len =
                self.max_path_len.checked_sub(1).ok_or(Failure::PathLen { depth })?;
        }
        self.max_path_len = basic.path_len.unwrap_or(u64::MAX).min(self.max_path_len);
        if certificate.extensions.key_usage.is_some_and(|usage| !usage.key_cert_sign()) {
            return Err(Failure::KeyUsage { depth });
        }
        Ok(())
    }
}

fn lower(counter: &mut usize, skip: Option<u32>) {
    if let Some(skip) = skip {
        *counter = (*counter).min(skip as usize);
    }
}
