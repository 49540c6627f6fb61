//! Objects whose numbers are open: a body, and the places in it where a number is to stand.

use crate::parts::whole;

/// One letter of a ready PDF: its pages as forms, and what only they reach.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadyLetter {
    pub(crate) pages: u32,
    /// The forms of the pages, in order, and then the rest.
    pub(crate) objects: Vec<Loose>,
}

/// What several letters reach, once for a part of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadyShared {
    pub(crate) objects: Vec<Loose>,
}

/// The body of an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Loose {
    bytes: Vec<u8>,
    /// Where a number is to be put in, ascending, and whose.
    links: Vec<(u32, Link)>,
}

/// What a reference names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Link {
    /// An object of the same letter.
    Own(u32),
    /// A shared object.
    Shared(u32),
}

impl Loose {
    /// Takes the numbers out of a body.
    pub(super) fn of(
        body: &[u8],
        numbers: &[(std::ops::Range<usize>, u32)],
        link: impl Fn(u32) -> Link,
    ) -> Self {
        let mut loose = Self::default();
        let mut at = 0;
        for (place, number) in numbers {
            loose.bytes.extend_from_slice(&body[at..place.start]);
            loose.links.push((loose.bytes.len() as u32, link(*number)));
            at = place.end;
        }
        loose.bytes.extend_from_slice(&body[at..]);
        loose
    }

    /// Appends the body with its numbers.
    pub(crate) fn write(&self, out: &mut Vec<u8>, number: impl Fn(Link) -> u32) {
        let mut at = 0;
        for &(place, link) in &self.links {
            out.extend_from_slice(&self.bytes[at..place as usize]);
            whole(out, number(link));
            at = place as usize;
        }
        out.extend_from_slice(&self.bytes[at..]);
    }

    /// Returns the shared objects that it names.
    pub(super) fn shared(&self) -> impl Iterator<Item = u32> + '_ {
        self.links.iter().filter_map(|(_, link)| match link {
            Link::Shared(index) => Some(*index),
            Link::Own(_) => None,
        })
    }

    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    fn to_bytes(&self, out: &mut Vec<u8>) {
        put(out, self.bytes.len() as u32);
        put(out, self.links.len() as u32);
        for (place, link) in &self.links {
            let (kind, index) = match link {
                Link::Own(index) => (0, index),
                Link::Shared(index) => (1, index),
            };
            put(out, *place);
            put(out, kind);
            put(out, *index);
        }
        out.extend_from_slice(&self.bytes);
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        let (len, count) = (take(from)? as usize, take(from)?);
        let mut links = Vec::new();
        for _ in 0..count {
            let (place, kind, index) = (take(from)?, take(from)?, take(from)?);
            let link = if kind == 0 { Link::Own(index) } else { Link::Shared(index) };
            links.push((place, link));
        }
        let bytes = from.get(..len)?.to_vec();
        *from = &from[len..];
        let in_order = links.windows(2).all(|pair| pair[0].0 <= pair[1].0);
        let within = links.last().is_none_or(|(place, _)| *place as usize <= len);
        (in_order && within).then_some(Self { bytes, links })
    }
}

impl ReadyLetter {
    /// Returns how many pages it has.
    pub fn pages(&self) -> u32 {
        self.pages
    }

    /// Returns how many objects it brings into a print file, for [`crate::BlockStart::count_own`].
    pub fn objects(&self) -> u32 {
        self.objects.len() as u32
    }

    /// Returns the bytes by which [`ReadyLetter::read`] knows it again.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        put(&mut out, self.pages);
        list_to_bytes(&self.objects, &mut out);
        out
    }

    /// Reads what [`ReadyLetter::to_bytes`] returned; `None` if it is damaged.
    pub fn read(mut bytes: &[u8]) -> Option<Self> {
        let pages = take(&mut bytes)?;
        let objects = read_list(bytes)?;
        let count = objects.len() as u32;
        let sound = |&(_, link): &(u32, Link)| !matches!(link, Link::Own(index) if index >= count);
        let is_sound = objects.iter().all(|object| object.links.iter().all(sound));
        (is_sound && pages <= count).then_some(Self { pages, objects })
    }

    /// Returns how many bytes the letter has in a copy, with all of `shared` that it reaches.
    pub fn copy_len(&self, shared: &ReadyShared) -> u64 {
        let reached = shared.reached(self);
        let common = reached.iter().map(|&index| shared.objects[index as usize].len());
        (self.objects.iter().map(Loose::len).chain(common).sum::<usize>()) as u64
    }
}

impl ReadyShared {
    /// Returns the bytes by which [`ReadyShared::read`] knows it again.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        list_to_bytes(&self.objects, &mut out);
        out
    }

    /// Reads what [`ReadyShared::to_bytes`] returned; `None` if it is damaged.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let objects = read_list(bytes)?;
        let count = objects.len() as u32;
        let sound = |&(_, link): &(u32, Link)| matches!(link, Link::Shared(at) if at < count);
        let is_sound = objects.iter().all(|object| object.links.iter().all(sound));
        is_sound.then_some(Self { objects })
    }

    /// Returns which shared objects a letter reaches, ascending.
    pub(crate) fn reached(&self, letter: &ReadyLetter) -> Vec<u32> {
        let mut found = std::collections::BTreeSet::new();
        let mut left: Vec<u32> = letter.objects.iter().flat_map(Loose::shared).collect();
        while let Some(index) = left.pop() {
            if found.insert(index) {
                left.extend(self.objects[index as usize].shared());
            }
        }
        found.into_iter().collect()
    }
}

fn list_to_bytes(objects: &[Loose], out: &mut Vec<u8>) {
    put(out, objects.len() as u32);
    objects.iter().for_each(|object| object.to_bytes(out));
}

fn read_list(mut bytes: &[u8]) -> Option<Vec<Loose>> {
    let count = take(&mut bytes)?;
    let mut objects = Vec::new();
    for _ in 0..count {
        objects.push(Loose::read(&mut bytes)?);
    }
    bytes.is_empty().then_some(objects)
}

fn put(out: &mut Vec<u8>, number: u32) {
    out.extend_from_slice(&number.to_le_bytes());
}

fn take(from: &mut &[u8]) -> Option<u32> {
    let (head, rest) = from.split_first_chunk()?;
    *from = rest;
    Some(u32::from_le_bytes(*head))
}
