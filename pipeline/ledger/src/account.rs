//! One batch's account: where its records ended, and what they weigh and cost.

use std::collections::BTreeMap;

use letter::channel::{Channel, ChannelReason};
use letter::piece::Placed;
use letter::reason::{Disposition, Reason};
use letter::{BatchId, SenderId};
use serde::{Deserialize, Deserializer, Serialize};
use thiserror::Error;

/// The number of channels, rows of [`Account::by_channel`].
const CHANNELS: usize = 3;
/// The number of reasons, columns of [`Account::by_channel`].
const REASONS: usize = ChannelReason::ALL.len();
/// The channels in the order of their numbers.
const ALL_CHANNELS: [Channel; CHANNELS] = [Channel::Paper, Channel::Electronic, Channel::Both];

/// The five ends of a record, and the equation over them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ends {
    /// Records that came in.
    pub records_in: u64,
    /// 印刷: records painted into a print file, those with a copy besides included.
    pub printed: u64,
    /// 電子交付: records that went as an electronic copy only.
    pub delivered: u64,
    /// エラー分: records that went back to the sender.
    pub set_aside: u64,
    /// 保留: records that wait for the operator.
    pub held: u64,
    /// 引抜き: records taken out on the sender's word.
    pub pulled: u64,
    /// Copies of printed records ([`Channel::Both`]); outside the equation, which counts each
    /// record once.
    pub also_delivered: u64,
}

impl Ends {
    /// Returns how many records have ended: printed + delivered + set aside + held + pulled.
    pub fn ended(&self) -> u64 {
        self.printed + self.delivered + self.set_aside + self.held + self.pulled
    }

    /// Returns whether records in = printed + delivered + set aside + held + pulled.
    pub fn equation_holds(&self) -> bool {
        self.records_in == self.ended()
    }

    /// Adds another batch's ends.
    pub fn add(&mut self, other: &Self) {
        self.records_in += other.records_in;
        self.printed += other.printed;
        self.delivered += other.delivered;
        self.set_aside += other.set_aside;
        self.held += other.held;
        self.pulled += other.pulled;
        self.also_delivered += other.also_delivered;
    }
}

/// The open account of one batch.
///
/// Each record must end in exactly one of [`print`](Self::print), [`deliver`](Self::deliver) and
/// [`stop`](Self::stop); parts of the work may keep accounts of their own and be
/// [absorbed](Self::absorb) in any order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Whose batch.
    pub sender: SenderId,
    /// Which batch.
    pub batch: BatchId,
    /// Where its records ended.
    pub ends: Ends,
    /// Routed records by channel (row) and reason (column), both by their numbers.
    #[serde(deserialize_with = "counts")]
    by_channel: [[u64; REASONS]; CHANNELS],
    /// Faults met, by their stable code; one record may have several.
    pub by_fault: BTreeMap<String, u64>,
    /// Sheets of paper.
    pub sheets: u64,
    /// Envelopes.
    pub envelopes: u64,
    /// Postage, yen.
    pub postage_yen: u64,
    /// Weight of the pieces with their envelopes, milligrams.
    pub weight_mg: u64,
}

impl Account {
    /// Opens the account of a batch of `records_in` records, none of which has ended yet.
    pub fn open(sender: SenderId, batch: BatchId, records_in: u64) -> Self {
        Self {
            sender,
            batch,
            ends: Ends { records_in, ..Ends::default() },
            by_channel: [[0; REASONS]; CHANNELS],
            by_fault: BTreeMap::new(),
            sheets: 0,
            envelopes: 0,
            postage_yen: 0,
            weight_mg: 0,
        }
    }

    /// Counts a printed record: its channel, sheets, envelope, postage and weight.
    pub fn print(&mut self, placed: &Placed) {
        self.ends.printed += 1;
        self.route(placed.piece.channel, placed.piece.why);
        self.sheets += u64::from(placed.sheets);
        self.envelopes += 1;
        self.postage_yen += u64::from(placed.postage_yen);
        self.weight_mg += u64::from(placed.weight_mg);
    }

    /// Counts a record that went as an electronic copy only.
    pub fn deliver(&mut self, why: ChannelReason) {
        self.ends.delivered += 1;
        self.route(Channel::Electronic, why);
    }

    /// Counts the electronic copy of a record that is printed too.
    pub fn also_deliver(&mut self) {
        self.ends.also_delivered += 1;
    }

    /// Counts a record that ends here: set aside, held or pulled, as its reason says.
    pub fn stop(&mut self, reason: &Reason) {
        match reason.disposition() {
            Disposition::SetAside => self.ends.set_aside += 1,
            Disposition::Held => self.ends.held += 1,
            Disposition::Pulled => self.ends.pulled += 1,
        }
        self.note(reason);
    }

    /// Counts a copy that was withdrawn after the account was closed: its record is pulled, unless
    /// it was printed besides. The channels stay as they were routed.
    ///
    /// Returns whether the account has such a copy.
    pub fn withdraw(&mut self, beside_print: bool) -> bool {
        let copies = match beside_print {
            true => &mut self.ends.also_delivered,
            false => &mut self.ends.delivered,
        };
        let has_one = *copies > 0;
        *copies -= u64::from(has_one);
        self.ends.pulled += u64::from(has_one && !beside_print);
        has_one
    }

    /// Counts a fault that ends no record: a stopped record's second one, a table row's own.
    pub fn note(&mut self, reason: &Reason) {
        match self.by_fault.get_mut(reason.code()) {
            Some(count) => *count += 1,
            None => {
                self.by_fault.insert(reason.code().to_owned(), 1);
            }
        }
    }

    /// Adds the counts of another part of the same batch's work, records that came in included.
    pub fn absorb(&mut self, other: &Self) {
        debug_assert!(self.batch == other.batch && self.sender == other.sender);
        self.ends.add(&other.ends);
        for (mine, theirs) in
            self.by_channel.as_flattened_mut().iter_mut().zip(other.by_channel.as_flattened())
        {
            *mine += theirs;
        }
        for (code, count) in &other.by_fault {
            *self.by_fault.entry(code.clone()).or_default() += count;
        }
        self.sheets += other.sheets;
        self.envelopes += other.envelopes;
        self.postage_yen += other.postage_yen;
        self.weight_mg += other.weight_mg;
    }

    /// Returns the channels taken and why, in the order of channel and rule, zero counts left out.
    pub fn channels(&self) -> impl Iterator<Item = (Channel, ChannelReason, u64)> + '_ {
        ALL_CHANNELS.into_iter().flat_map(move |channel| {
            ChannelReason::ALL.into_iter().filter_map(move |why| {
                let count = self.by_channel[channel as usize][why as usize];
                (count > 0).then_some((channel, why, count))
            })
        })
    }

    /// Returns whether records in = printed + delivered + set aside + held + pulled.
    pub fn equation_holds(&self) -> bool {
        self.ends.equation_holds()
    }

    /// Closes the account.
    ///
    /// # Errors
    /// [`Imbalance`], with its figures, unless every record has ended once, every printed or
    /// delivered record has its channel, and every record that wishes both has its copy.
    pub fn close(self) -> Result<Closed, Imbalance> {
        let ends = self.ends;
        let in_channel = |channel: Channel| self.by_channel[channel as usize].iter().sum::<u64>();
        if !ends.equation_holds() {
            return Err(Imbalance::Equation(ends));
        }
        let (paper, electronic, both) = (
            in_channel(Channel::Paper),
            in_channel(Channel::Electronic),
            in_channel(Channel::Both),
        );
        if paper + both != ends.printed || electronic != ends.delivered {
            return Err(Imbalance::Channels { paper, electronic, both, ends });
        }
        if both != ends.also_delivered {
            return Err(Imbalance::Copies { both, also_delivered: ends.also_delivered });
        }
        Ok(Closed(self))
    }

    fn route(&mut self, channel: Channel, why: ChannelReason) {
        self.by_channel[channel as usize][why as usize] += 1;
    }
}

/// An account whose equation holds; [`Account::close`] is the only way to one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Closed(Account);

impl Closed {
    /// Returns the closed account.
    pub fn account(&self) -> &Account {
        &self.0
    }
}

/// Why an account cannot be closed, with the figures that do not agree.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Imbalance {
    /// Records in are not records ended.
    #[error("{} records came in, {} ended: {} printed, {} delivered, {} set aside, {} held, {} pulled",
        .0.records_in, .0.ended(), .0.printed, .0.delivered, .0.set_aside, .0.held, .0.pulled)]
    Equation(Ends),
    /// The channels do not add up to what was printed and delivered.
    #[error("channels count {paper} paper, {electronic} electronic, {both} both; {} were printed, \
        {} delivered", ends.printed, ends.delivered)]
    Channels {
        /// Records routed to paper.
        paper: u64,
        /// Records routed to a mailbox.
        electronic: u64,
        /// Records routed to both.
        both: u64,
        /// Where the records ended.
        ends: Ends,
    },
    /// A record that wishes both has no copy, or a copy has no such record.
    #[error("{both} records wish both, {also_delivered} copies were delivered besides a letter")]
    Copies {
        /// Records routed to both.
        both: u64,
        /// Copies delivered besides a letter.
        also_delivered: u64,
    },
}

/// Reads the counts by channel and reason; an account that was closed before the last reasons came
/// has fewer columns.
fn counts<'de, D: Deserializer<'de>>(from: D) -> Result<[[u64; REASONS]; CHANNELS], D::Error> {
    let mut all = [[0; REASONS]; CHANNELS];
    for (row, read) in all.iter_mut().zip(<[Vec<u64>; CHANNELS]>::deserialize(from)?) {
        row.iter_mut().zip(read).for_each(|(count, read)| *count = read);
    }
    Ok(all)
}

#[cfg(test)]
pub(crate) mod tests {
    use letter::piece::Measured;
    use letter::PostalCode;

    use super::*;

    pub(crate) fn account(records_in: u64) -> Account {
        let sender = SenderId::parse("hoshimi-city").expect("an id");
        let batch = BatchId::parse("tax-2026-1").expect("an id");
        Account::open(sender, batch, records_in)
    }

    pub(crate) fn placed(channel: Channel, why: ChannelReason) -> Placed {
        let postal = PostalCode::parse("1000013").expect("seven digits");
        let (walk, pages, has_barcode) = (0, 3, true);
        let piece = Measured { record: 0, postal, walk, pages, has_barcode, channel, why };
        Placed {
            piece,
            sequence: 1,
            file: 1,
            tray: 1,
            bundle: 1,
            sheets: 2,
            weight_mg: 13_480,
            postage_yen: 110,
        }
    }

    /// One record of each end.
    pub(crate) fn mixed() -> Account {
        let mut account = account(6);
        account.print(&placed(Channel::Paper, ChannelReason::NotRegistered));
        account.print(&placed(Channel::Both, ChannelReason::PrefersBoth));
        account.also_deliver();
        account.deliver(ChannelReason::PrefersElectronic);
        account.stop(&Reason::BrokenQuote);
        account.stop(&Reason::MissingGlyph { field: "name".into(), character: "U+20BB7".into() });
        account.stop(&Reason::PulledByOperator { note: "R-7".into() });
        account
    }

    #[test]
    fn an_account_closes_when_each_record_has_ended_once() {
        let closed = mixed().close().expect("balanced");
        let account = closed.account();
        assert_eq!((account.ends.printed, account.ends.also_delivered), (2, 1));
        assert_eq!((account.sheets, account.envelopes, account.postage_yen), (4, 2, 220));
        assert_eq!(account.weight_mg, 26_960);
    }

    #[test]
    fn an_account_with_a_lost_or_doubled_record_cannot_be_closed() {
        for (records_in, ended) in [(7, 6), (5, 6)] {
            let mut account = mixed();
            account.ends.records_in = records_in;
            let imbalance = account.close().expect_err("one record too many or too few");
            let Imbalance::Equation(ends) = imbalance else { panic!("{imbalance}") };
            assert_eq!((ends.records_in, ends.ended()), (records_in, ended));
        }
    }

    #[test]
    fn a_wish_for_both_without_its_copy_keeps_the_account_open() {
        let mut account = account(1);
        account.print(&placed(Channel::Both, ChannelReason::PrefersBoth));
        let imbalance = account.close().expect_err("no copy yet");
        assert_eq!(imbalance, Imbalance::Copies { both: 1, also_delivered: 0 });
    }

    #[test]
    fn a_printed_record_routed_to_a_mailbox_only_keeps_the_account_open() {
        let mut account = account(1);
        account.print(&placed(Channel::Electronic, ChannelReason::PrefersElectronic));
        assert!(matches!(account.close(), Err(Imbalance::Channels { electronic: 1, .. })));
    }

    #[test]
    fn a_withdrawn_copy_moves_its_record_and_the_equation_holds() {
        let mut account = mixed();
        assert!(account.withdraw(true) && account.withdraw(false));
        assert_eq!((account.ends.delivered, account.ends.also_delivered), (0, 0));
        assert_eq!((account.ends.pulled, account.ends.printed), (2, 2));
        assert!(account.equation_holds());
        assert!(!account.withdraw(false), "there is none left");
        assert!(account.equation_holds());
    }

    #[test]
    fn parts_add_up_to_the_whole_in_any_order() {
        let (mut forth, mut back) = (account(0), account(0));
        let mut extra = account(1);
        extra.stop(&Reason::BrokenQuote);
        extra.note(&Reason::NotSetAside);
        for part in [&mixed(), &extra] {
            forth.absorb(part);
        }
        for part in [&extra, &mixed()] {
            back.absorb(part);
        }
        assert_eq!(forth, back);
        assert_eq!((forth.ends.records_in, forth.by_fault["broken-quote"]), (7, 2));
        assert!(forth.close().is_ok(), "a noted fault ends no record");
    }

    #[test]
    fn channels_come_in_the_order_of_the_rule() {
        let found: Vec<_> = mixed().channels().collect();
        assert_eq!(
            found,
            [
                (Channel::Paper, ChannelReason::NotRegistered, 1),
                (Channel::Electronic, ChannelReason::PrefersElectronic, 1),
                (Channel::Both, ChannelReason::PrefersBoth, 1),
            ]
        );
    }

    #[test]
    fn an_account_from_before_the_last_reasons_reads_back() {
        let mut account = account(3);
        account.deliver(ChannelReason::PrefersElectronic);
        let mut json = serde_json::to_value(&account).expect("plain data");
        for row in json["by_channel"].as_array_mut().expect("rows") {
            row.as_array_mut().expect("columns").truncate(10);
        }
        assert_eq!(serde_json::from_value::<Account>(json).expect("an account"), account);
    }
}
