//! The policies that are valid along a path.
//!
//! The valid_policy_graph of RFC 9618, which gives the answers of the tree of RFC 5280 §6.1 and
//! stays small: a level has one node a policy, however many ways lead to it.

use crate::certificate::{Certificate, Constraints, Policy};
use crate::der::oid;

/// The graph, level by level; the first level is the single node anyPolicy.
#[derive(Clone, Debug)]
pub(super) struct Policies<'a> {
    /// `None` once no policy is valid any more.
    levels: Option<Vec<Vec<Node<'a>>>>,
}

/// A policy that is valid for one certificate of the path.
#[derive(Clone, Debug)]
struct Node<'a> {
    policy: &'a [u8],
    /// The qualifiers with which the certificate states it, or states anyPolicy in its place.
    qualifiers: &'a [u8],
    /// Which policies of the next certificate satisfy it.
    expected: Vec<&'a [u8]>,
    /// Its parents, by their places in the level above.
    parents: Vec<usize>,
}

impl<'a> Policies<'a> {
    /// Returns the graph before the first certificate (RFC 9618 §5.2).
    pub fn new() -> Self {
        let any = Policy { oid: ANY_POLICY, qualifiers: &[] };
        Self { levels: Some(vec![vec![Node::new(any, Vec::new())]]) }
    }

    /// Returns whether no policy is valid.
    pub fn is_empty(&self) -> bool {
        self.levels.is_none()
    }

    /// Takes the policies of the next certificate (RFC 9618 §5.3 d, e); `any` says whether its
    /// anyPolicy counts.
    pub fn take(&mut self, certificate: &Certificate<'a>, any: bool) {
        let Some(policies) = certificate.extensions.policies else {
            self.levels = None;
            return;
        };
        let Some(levels) = &mut self.levels else { return };
        let above = levels.last().expect("the graph has its root");
        let mut level: Vec<Node<'a>> = Vec::new();
        for policy in policies.iter().filter(|policy| policy.oid != ANY_POLICY) {
            if level.iter().any(|node| node.policy == policy.oid) {
                continue;
            }
            let mut parents = places(above, |node| node.expected.contains(&policy.oid));
            if parents.is_empty() {
                parents = places(above, |node| node.policy == ANY_POLICY);
            }
            if !parents.is_empty() {
                level.push(Node::new(policy, parents));
            }
        }
        if let Some(stated) = policies.iter().find(|policy| any && policy.oid == ANY_POLICY) {
            for expected in above.iter().flat_map(|node| &node.expected) {
                if level.iter().all(|node| node.policy != *expected) {
                    let parents = places(above, |node| node.expected.contains(expected));
                    level.push(Node::new(Policy { oid: expected, ..stated }, parents));
                }
            }
        }
        levels.push(level);
        self.prune();
    }

    /// Applies the policy mappings of a CA certificate (RFC 9618 §5.4 b); `allowed` says whether
    /// mappings count still.
    pub fn map(&mut self, constraints: &Constraints<'a>, allowed: bool) {
        let Some(levels) = &mut self.levels else { return };
        let Some([above, level]) = levels.last_chunk_mut() else { return };
        let mut met: Vec<&[u8]> = Vec::new();
        for mapping in &constraints.mappings {
            let policy = mapping.issuer;
            if met.contains(&policy) {
                continue;
            }
            met.push(policy);
            if !allowed {
                level.retain(|node| node.policy != policy);
                continue;
            }
            let pairs = constraints.mappings.iter().filter(|pair| pair.issuer == policy);
            let mut expected: Vec<&[u8]> = pairs.map(|pair| pair.subject).collect();
            expected.sort_unstable();
            expected.dedup();
            if let Some(node) = level.iter_mut().find(|node| node.policy == policy) {
                node.expected = expected;
            } else if let Some(any) = level.iter().find(|node| node.policy == ANY_POLICY) {
                let parents = places(above, |node| node.policy == ANY_POLICY);
                level.push(Node { policy, qualifiers: any.qualifiers, expected, parents });
            }
        }
        self.prune();
    }

    /// Removes nodes from which no way leads to the last level, and the graph when none is left.
    fn prune(&mut self) {
        let Some(levels) = &mut self.levels else { return };
        for index in (0..levels.len() - 1).rev() {
            let mut kept = vec![false; levels[index].len()];
            for parent in levels[index + 1].iter().flat_map(|node| &node.parents) {
                kept[*parent] = true;
            }
            if kept.iter().all(|kept| *kept) {
                continue;
            }
            // The places that are left move up.
            let mut place = 0;
            let moved: Vec<Option<usize>> = kept
                .iter()
                .map(|kept| {
                    place += usize::from(*kept);
                    kept.then(|| place - 1)
                })
                .collect();
            let mut kept = kept.into_iter();
            levels[index].retain(|_| kept.next().expect("one mark a node"));
            for node in &mut levels[index + 1] {
                node.parents = node.parents.iter().filter_map(|parent| moved[*parent]).collect();
            }
        }
        if levels.last().is_none_or(Vec::is_empty) {
            self.levels = None;
        }
    }

    /// Returns the policies under which the path is acceptable to the user (RFC 9618 §5.5 g),
    /// ordered by their OBJECT IDENTIFIERs. An empty `initial` means any-policy.
    pub fn acceptable(&self, initial: &[&'a [u8]]) -> Vec<Accepted<'a>> {
        let Some(levels) = &self.levels else { return Vec::new() };
        let mut acceptable: Vec<Accepted<'a>> = Vec::new();
        for (depth, pair) in (1..).zip(levels.windows(2)) {
            let [above, level] = pair else { continue };
            let from_any = |parent: &usize| above[*parent].policy == ANY_POLICY;
            for (place, node) in level.iter().enumerate() {
                if node.policy == ANY_POLICY || !node.parents.iter().any(from_any) {
                    continue;
                }
                let qualifiers = qualifiers(levels, depth, place);
                match acceptable.iter_mut().find(|met| met.policy == node.policy) {
                    Some(met) => met.qualifiers.extend(qualifiers),
                    None => acceptable.push(Accepted { policy: node.policy, qualifiers }),
                }
            }
        }
        if !initial.is_empty() {
            acceptable.retain(|accepted| initial.contains(&accepted.policy));
        }
        let depth = levels.len() - 1;
        let any = levels[depth].iter().position(|node| depth > 0 && node.policy == ANY_POLICY);
        if let Some(place) = any {
            let qualifiers = qualifiers(levels, depth, place);
            let wanted = if initial.is_empty() { &[ANY_POLICY][..] } else { initial };
            for policy in wanted {
                if acceptable.iter().all(|met| met.policy != *policy) {
                    acceptable.push(Accepted { policy, qualifiers: qualifiers.clone() });
                }
            }
        }
        acceptable.sort_by_key(|accepted| accepted.policy);
        acceptable
    }
}

/// Returns the qualifiers of a node, of its ancestors and of its descendants, by level.
fn qualifiers<'a>(levels: &[Vec<Node<'a>>], depth: usize, place: usize) -> Vec<&'a [u8]> {
    let mut related: Vec<Vec<bool>> = levels.iter().map(|level| vec![false; level.len()]).collect();
    related[depth][place] = true;
    for at in (1..=depth).rev() {
        for (node, _) in levels[at].iter().zip(related[at].clone()).filter(|(_, met)| *met) {
            node.parents.iter().for_each(|parent| related[at - 1][*parent] = true);
        }
    }
    for at in depth + 1..levels.len() {
        for (place, node) in levels[at].iter().enumerate() {
            related[at][place] = node.parents.iter().any(|parent| related[at - 1][*parent]);
        }
    }
    let nodes = levels.iter().flatten().zip(related.into_iter().flatten());
    let met = nodes.filter(|(node, met)| *met && !node.qualifiers.is_empty());
    met.map(|(node, _)| node.qualifiers).collect()
}

/// A policy under which a path is acceptable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted<'a> {
    /// The content octets of its OBJECT IDENTIFIER, as the first CA names it; [`ANY_POLICY`] stands
    /// for all that are not named.
    pub policy: &'a [u8],
    /// The qualifiers with which the certificates of the path state it, first CA first: each the
    /// elements of one list of PolicyQualifierInfo.
    qualifiers: Vec<&'a [u8]>,
}

impl Accepted<'_> {
    /// Returns the texts of the user notices that go with the policy, each once.
    pub fn notices(&self) -> Vec<String> {
        let mut texts: Vec<String> = Vec::new();
        for qualifiers in &self.qualifiers {
            for text in (Policy { oid: self.policy, qualifiers }).notices() {
                if !texts.contains(&text) {
                    texts.push(text);
                }
            }
        }
        texts
    }
}

impl<'a> Node<'a> {
    fn new(policy: Policy<'a>, parents: Vec<usize>) -> Self {
        let Policy { oid, qualifiers } = policy;
        Self { policy: oid, qualifiers, expected: vec![oid], parents }
    }
}

fn places<'a>(level: &[Node<'a>], wanted: impl Fn(&Node<'a>) -> bool) -> Vec<usize> {
    (0..level.len()).filter(|place| wanted(&level[*place])).collect()
}

/// anyPolicy (RFC 5280 §4.2.1.4).
pub const ANY_POLICY: &[u8] = &oid::<4>(&[2, 5, 29, 32, 0]);
