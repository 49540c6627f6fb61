//! The answers that accepted lists and responses give.

use std::sync::{Arc, OnceLock};

use super::index::Index;
use super::listed::{Listed, Responded};
use super::ocsp::Response;
use super::scanner::NO_REASON;
use super::scope::{Point, Scope, ALL_REASONS};
use super::store::{Found, Store};
use super::{Missing, Reason, Revoked, Status};
use crate::certificate::Certificate;
use crate::der::Tlv;
use crate::name::Name;
use crate::verdict::ListUsed;

/// Everything that is known of revocation: lists and responses, accepted and packed.
pub struct Crls {
    pub(super) signers: Vec<Box<[u8]>>,
    pub(super) lists: Vec<Packed>,
    pub(super) responses: Vec<Response>,
    index: Index,
    /// Each list as verdicts tell of it, written when one first does.
    told: Vec<OnceLock<Arc<ListUsed>>>,
}

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct Query<'q, 'a> {
    /// The certificate.
    pub certificate: &'q Certificate<'a>,
    /// The SubjectPublicKeyInfo of the key that signed it.
    pub issuer_key: &'q [u8],
    /// The reference time, UNIX seconds.
    pub at: i64,
}

/// What is answered, and on what it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Good, revoked or unknown at the reference time.
    pub status: Status,
    /// A revocation later than the reference time, when the status is good.
    pub later: Option<Revoked>,
    /// When the information on which the status stands was issued, UNIX seconds. The answer is
    /// final when that is after the reference time, and provisional until then.
    pub this_update: Option<i64>,
    /// The complete list, and its delta.
    pub lists: [Option<u32>; 2],
    /// Further lists, where one does not cover all reasons.
    pub more: Vec<u32>,
    /// The OCSP response.
    pub response: Option<u32>,
}

/// A list without its DER.
pub(super) struct Packed {
    pub listed: Listed,
    /// The SubjectPublicKeyInfo of the key that signed it.
    pub signer: Box<[u8]>,
    /// The certificates that hold this key under the issuer's name.
    pub holders: Vec<u32>,
    /// In a delta the number of the list that it starts from.
    pub base: Option<Box<[u8]>>,
    /// The DER of the issuingDistributionPoint.
    pub scope: Option<Box<[u8]>>,
    /// The serials by their issuer.
    pub stores: Vec<OfIssuer>,
    /// The delta on this complete list.
    pub delta: Option<u32>,
}

/// The serials of one issuer, by the DER of its name; `None` stands for the issuer of the list.
pub(super) type OfIssuer = (Option<Box<[u8]>>, Store);

impl Packed {
    /// Reads the scope again; it was read before, when the list was taken.
    pub fn scope(&self) -> Scope<'_> {
        let Some(der) = &self.scope else { return Scope::default() };
        let element = Tlv::only(der).expect("an element that was read before");
        Scope::read(element, self.listed.issuer()).expect("a scope that was read before")
    }

    /// Returns the serials of certificates of this issuer.
    fn store(&self, issuer: Name<'_>) -> Option<&Store> {
        let of_issuer = |name: &Option<Box<[u8]>>| match name {
            None => true,
            Some(name) => Name::from_der(name).is_ok_and(|name| name.matches(issuer)),
        };
        self.stores.iter().find(|(name, _)| of_issuer(name)).map(|(_, store)| store)
    }

    /// Whether the list is current at the reference time, or younger.
    fn is_fresh(&self, at: i64) -> bool {
        self.listed.this_update > at || at <= self.listed.next_update
    }

    /// Whether the list may have dropped a certificate that ended then: RFC 5280 §3.3 has an entry
    /// stand in one regular list after the certificate's last day.
    fn may_have_dropped(&self, not_after: i64) -> bool {
        let period = self.listed.next_update - self.listed.this_update;
        self.listed.this_update - not_after > period
    }
}

impl Answer {
    fn unknown(missing: Missing) -> Self {
        Self {
            status: Status::Unknown(missing),
            later: None,
            this_update: None,
            lists: [None; 2],
            more: Vec::new(),
            response: None,
        }
    }

    /// Returns whether nothing newer can change the answer for this reference time.
    pub fn is_final(&self, at: i64) -> bool {
        self.this_update.is_some_and(|this_update| this_update > at)
    }

    /// Returns the numbers of all lists on which the answer stands.
    pub fn lists(&self) -> impl Iterator<Item = u32> + '_ {
        self.lists.iter().flatten().chain(&self.more).copied()
    }
}

/// What one list with its delta says.
struct Said {
    revoked: Option<Revoked>,
    fresh: bool,
    dropped: bool,
    this_update: i64,
    delta: Option<u32>,
}

impl Crls {
    pub(super) fn new(
        signers: Vec<Box<[u8]>>,
        mut lists: Vec<Packed>,
        responses: Vec<Response>,
    ) -> Self {
        for at in 0..lists.len() {
            lists[at].delta = super::delta::of(&lists, at);
        }
        let index = Index::of(&lists);
        let told = lists.iter().map(|_| OnceLock::new()).collect();
        Self { signers, lists, responses, index, told }
    }

    /// Returns the accepted list of this number.
    ///
    /// # Panics
    /// When no [`Answer`] of these lists has the number.
    pub fn listed(&self, number: u32) -> &Listed {
        &self.lists[number as usize].listed
    }

    /// Returns a list as verdicts tell of it; `write` does so the first time.
    pub(crate) fn told(
        &self,
        number: u32,
        write: impl FnOnce(&Listed) -> ListUsed,
    ) -> &Arc<ListUsed> {
        self.told[number as usize].get_or_init(|| Arc::new(write(self.listed(number))))
    }

    /// Returns the accepted response of this number.
    ///
    /// # Panics
    /// When no [`Answer`] of these lists has the number.
    pub fn responded(&self, number: u32) -> &Responded {
        self.responses[number as usize].responded()
    }

    /// Returns every accepted list.
    pub fn all(&self) -> impl Iterator<Item = &Listed> {
        self.lists.iter().map(|list| &list.listed)
    }

    /// Returns the number of accepted lists and that of their entries.
    pub fn counts(&self) -> (usize, usize) {
        let stores = self.lists.iter().flat_map(|list| &list.stores);
        (self.lists.len(), stores.map(|(_, store)| store.len()).sum())
    }

    /// Returns the bytes that all entries take.
    pub fn bytes(&self) -> usize {
        let stores = self.lists.iter().flat_map(|list| &list.stores);
        stores.map(|(_, store)| store.bytes()).sum()
    }

    /// Answers for one certificate, by lists of the key that signed it.
    pub fn answer(&self, query: Query<'_, '_>) -> Answer {
        self.answer_with(query, &|_| false)
    }

    /// Answers for one certificate, by lists of the key that signed it and of other keys that
    /// `accepts`: it says whether the path of a signer of lists is valid and leads to the same
    /// anchor as the certificate's (RFC 5280 §6.3.3 (f)).
    pub fn answer_with(
        &self,
        query: Query<'_, '_>,
        accepts: &dyn Fn(&Certificate<'_>) -> bool,
    ) -> Answer {
        match self.straight(&query) {
            Some(list) => {
                let said = self.said(list, &query, query.certificate.issuer);
                let answer = self.conclude(list, said, &query);
                self.with_responses(&query, self.or_by_others(answer, &query, accepts))
            }
            None => self.with_responses(&query, self.by_rfc_5280(&query, accepts)),
        }
    }

    /// Answers for many certificates as [`Self::answer`] does; their serials are looked for in
    /// step, so that waits for memory overlap. `answers` is emptied first.
    pub fn answer_many(&self, queries: &[Query<'_, '_>], answers: &mut Vec<Answer>) {
        answers.clear();
        let straight: Vec<Option<u32>> = queries.iter().map(|q| self.straight(q)).collect();
        let store = |list: u32| &self.lists[list as usize].stores[0].1;
        let asked: Vec<(&Store, &[u8])> = queries
            .iter()
            .zip(&straight)
            .filter_map(|(query, list)| Some((store((*list)?), query.certificate.serial)))
            .collect();
        let mut found = Vec::with_capacity(asked.len());
        Store::find_many(&asked, &mut found);
        let mut found = found.into_iter();
        for (query, list) in queries.iter().zip(straight) {
            let answer = match list {
                Some(list) => {
                    let found = found.next().expect("one for each straight query");
                    let said = self.said_with(list, query, query.certificate.issuer, found);
                    let answer = self.conclude(list, said, query);
                    self.or_by_others(answer, query, &|_| false)
                }
                None => self.by_rfc_5280(query, &|_| false),
            };
            answers.push(self.with_responses(query, answer));
        }
    }

    /// Returns the one list that speaks of the certificate, where its point is a single
    /// distinguished name and the index knows it.
    #[inline]
    fn straight(&self, query: &Query<'_, '_>) -> Option<u32> {
        let mut points = query.certificate.extensions.distribution_points?.iter();
        let (point, None) = (points.next()?, points.next()) else { return None };
        if point.reasons.is_some() || point.crl_issuer.is_some() || query.certificate.is_ca() {
            return None;
        }
        let names = super::Names::of(point.name?, query.certificate.issuer);
        let issuer = query.certificate.issuer.raw();
        self.index.find(query.issuer_key, names.only_directory_name()?, issuer)
    }

    fn said(&self, list: u32, query: &Query<'_, '_>, issuer: Name<'_>) -> Said {
        let store = self.lists[list as usize].store(issuer);
        let found = store.and_then(|store| store.find(query.certificate.serial));
        self.said_with(list, query, issuer, found)
    }

    /// Says what a list and its delta say, given what stands in the list.
    fn said_with(
        &self,
        list: u32,
        query: &Query<'_, '_>,
        issuer: Name<'_>,
        found: Option<Found>,
    ) -> Said {
        let list = &self.lists[list as usize];
        let not_after = query.certificate.not_after;
        let mut said = Said {
            revoked: found.map(revoked),
            fresh: list.is_fresh(query.at),
            dropped: list.may_have_dropped(not_after),
            this_update: list.listed.this_update,
            delta: None,
        };
        let Some((number, delta)) = list.delta.map(|at| (at, &self.lists[at as usize])) else {
            return said;
        };
        if !delta.is_fresh(query.at) {
            return said;
        }
        let changed = delta.store(issuer).and_then(|store| store.find(query.certificate.serial));
        match changed.map(revoked) {
            Some(Revoked { reason: Some(Reason::RemoveFromCrl), .. }) => said.revoked = None,
            Some(changed) => said.revoked = Some(changed),
            None => {}
        }
        said.fresh = true;
        said.dropped |= delta.may_have_dropped(not_after);
        said.this_update = delta.listed.this_update;
        said.delta = Some(number);
        said
    }

    fn conclude(&self, list: u32, said: Said, query: &Query<'_, '_>) -> Answer {
        let status = match said.revoked {
            Some(revoked) if revoked.date <= query.at => Status::Revoked(revoked),
            _ if !said.fresh => Status::Unknown(Missing::Stale),
            None if said.dropped => Status::Unknown(Missing::Expired),
            _ => Status::Good,
        };
        Answer {
            status,
            later: said.revoked.filter(|_| status == Status::Good),
            this_update: Some(said.this_update),
            lists: [Some(list), said.delta],
            more: Vec::new(),
            response: None,
        }
    }

    /// Asks further lists where the one of the point does not know, if there are any that the index
    /// does not hold.
    fn or_by_others(
        &self,
        answer: Answer,
        query: &Query<'_, '_>,
        accepts: &dyn Fn(&Certificate<'_>) -> bool,
    ) -> Answer {
        match answer.status {
            Status::Unknown(_) if !self.index.is_whole() => self.by_rfc_5280(query, accepts),
            _ => answer,
        }
    }

    /// Goes through all points and all lists (RFC 5280 §6.3.3).
    fn by_rfc_5280(
        &self,
        query: &Query<'_, '_>,
        accepts: &dyn Fn(&Certificate<'_>) -> bool,
    ) -> Answer {
        let certificate = query.certificate;
        let named = certificate.extensions.distribution_points;
        let points = named.into_iter().flat_map(|points| points.iter());
        let points = points.map(|point| Point::of(&point, certificate.issuer));
        let last = Point::of_issuer(certificate.issuer);
        let mut missing = Missing::Issuer;
        let mut answer = Answer::unknown(missing);
        let mut covered = 0;
        for point in points.chain([last]) {
            let fingerprint = point.names.and_then(|names| super::index::fingerprint(&names));
            for (number, list) in (0..).zip(&self.lists) {
                let relevant = list.base.is_none() && self.is_issuer(list, &point, query);
                if !relevant {
                    continue;
                }
                if missing == Missing::Issuer && *list.signer == *query.issuer_key {
                    missing = Missing::Partition;
                }
                if self.index.differs(number, fingerprint) {
                    continue;
                }
                let scope = list.scope();
                let reasons = point.reasons & scope.reasons & !covered;
                if reasons == 0
                    || !scope.covers(&point, certificate.is_ca())
                    || point.crl_issuer.is_some() && !scope.indirect
                    || !self.is_accepted(list, query, accepts)
                {
                    continue;
                }
                let said = self.said(number, query, certificate.issuer);
                let one = self.conclude(number, said, query);
                match one.status {
                    Status::Revoked(_) => return one,
                    Status::Unknown(why) => missing = why,
                    Status::Good => {
                        covered |= reasons;
                        answer.add(one);
                    }
                }
            }
            if covered == ALL_REASONS {
                answer.status = Status::Good;
                return answer;
            }
        }
        if covered != 0 && !matches!(missing, Missing::Stale | Missing::Expired) {
            missing = Missing::Reasons;
        }
        answer.status = Status::Unknown(missing);
        answer
    }

    /// Whether the list's issuer is the one that the point means (RFC 5280 §6.3.3 (b)(1)).
    fn is_issuer(&self, list: &Packed, point: &Point<'_>, query: &Query<'_, '_>) -> bool {
        let meant = point.crl_issuer.unwrap_or(query.certificate.issuer);
        *list.listed.issuer == *meant.raw() || list.listed.issuer().matches(meant)
    }

    /// Whether the key that signed the list is the certificate's issuer's own, or accepted.
    fn is_accepted(
        &self,
        list: &Packed,
        query: &Query<'_, '_>,
        accepts: &dyn Fn(&Certificate<'_>) -> bool,
    ) -> bool {
        *list.signer == *query.issuer_key
            || list.holders.iter().any(|holder| {
                Certificate::read(&self.signers[*holder as usize]).is_ok_and(|c| accepts(&c))
            })
    }

    /// Lets OCSP responses speak, too: a revocation by anyone counts, and a good answer replaces
    /// an unknown one.
    fn with_responses(&self, query: &Query<'_, '_>, answer: Answer) -> Answer {
        if self.responses.is_empty() || matches!(answer.status, Status::Revoked(_)) {
            return answer;
        }
        let mut answer = answer;
        for (number, response) in (0..).zip(&self.responses) {
            let Some((status, this_update)) = response.status(query) else { continue };
            let newer = answer.this_update.is_none_or(|known| known < this_update);
            let takes = match (status, answer.status) {
                (Status::Revoked(revoked), _) if revoked.date <= query.at => true,
                (Status::Revoked(revoked), Status::Good) => {
                    answer.later = answer.later.or(Some(revoked));
                    false
                }
                (Status::Good, Status::Unknown(_)) => true,
                (Status::Good, Status::Good) => newer,
                (Status::Unknown(why), Status::Unknown(Missing::Issuer)) => {
                    answer.status = Status::Unknown(why);
                    false
                }
                _ => false,
            };
            if takes {
                answer.status = status;
                answer.this_update = Some(this_update);
                answer.response = Some(number);
                if matches!(status, Status::Revoked(_)) {
                    break;
                }
            }
        }
        answer
    }
}

impl Answer {
    /// Adds what a further list says.
    fn add(&mut self, other: Answer) {
        match self.lists[0] {
            None => self.lists = other.lists,
            Some(_) => self.more.extend(other.lists()),
        }
        self.later = self.later.or(other.later);
        self.this_update = match (self.this_update, other.this_update) {
            (Some(own), Some(met)) => Some(own.min(met)),
            (own, met) => own.or(met),
        };
    }
}

fn revoked(found: Found) -> Revoked {
    let reason = if found.reason == NO_REASON { None } else { Reason::from_code(found.reason) };
    Revoked { date: found.date, reason }
}
