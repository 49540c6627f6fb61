//! What lies in a shop besides its parcels: sites, anchors, lists, settings.

use std::io;

use super::draft::Draft;
use super::form::Procedure;
use super::office::{self, Takes};
use super::parcel::{known_as, DESK, PORTAL};
use super::registers::{Day, Registers};
use super::Maker;
use crate::letters::SHOP_TOML;
use crate::register::{mailbox_number, recipient};
use crate::Sink;

impl Maker<'_> {
    /// Writes everything but the parcels.
    ///
    /// # Errors
    /// What `sink` returns.
    pub fn shop(&self, sink: Sink<'_>) -> io::Result<()> {
        sink("lettershop.toml", SHOP_TOML.as_bytes())?;
        write_sites(sink)?;
        self.write_municipalities(sink)?;
        self.write_registry(sink)?;
        self.write_anchors(sink)?;
        self.write_lists(sink)
    }

    fn write_municipalities(&self, sink: Sink<'_>) -> io::Result<()> {
        for (town, index) in self.towns.all.iter().zip(0..) {
            let path = format!("municipalities/{:05}.toml", town.code);
            sink(&path, office::file(town, Takes::at(index)).as_bytes())?;
        }
        Ok(())
    }

    /// Writes who of the applicants is registered: those wish their notices electronically.
    fn write_registry(&self, sink: Sink<'_>) -> io::Result<()> {
        let mut recipients = String::from("recipient,identity_level,mailbox,mailbox_id\r\n");
        let mut links = String::from("sender,pseudonym,recipient\r\n");
        let mut preferences = String::from("recipient,sender,class,wish,selected\r\n");
        for number in 0..self.order.applications {
            let Some(pseudonym) = known_as(number) else { continue };
            let (id, mailbox) = (recipient(number), mailbox_number(number));
            recipients += &format!("{id},3,open,{mailbox}\r\n");
            links += &format!("{PORTAL},{pseudonym},{id}\r\n");
            preferences += &format!("{id},{PORTAL},notice,electronic,true\r\n");
        }
        sink("registry/recipients.csv", recipients.as_bytes())?;
        sink("registry/links.csv", links.as_bytes())?;
        sink("registry/preferences.csv", preferences.as_bytes())
    }

    /// Writes the certificates of the six authorities that are true.
    fn write_anchors(&self, sink: Sink<'_>) -> io::Result<()> {
        for (authority, number) in self.authorities[..6].iter().zip(0..) {
            let of = if number < 3 { "signature" } else { "authentication" };
            let path = format!("trust/{of}-{}.cer", number % 3 + 1);
            sink(&path, &authority.certificate)?;
        }
        Ok(())
    }

    /// Writes the lists of the day of receipt into `crl`, those of the day after into `crl-later`.
    fn write_lists(&self, sink: Sink<'_>) -> io::Result<()> {
        let mut registers = Registers::default();
        for number in 0..self.order.applications {
            registers.note(&Draft::draw(&self.order, &self.towns, number));
        }
        for (folder, day) in [("crl", Day::OfReceipt), ("crl-later", Day::After)] {
            let seed = self.order.seed;
            for (name, list) in registers.lists(&self.authorities, &self.towns, seed, day) {
                sink(&format!("{folder}/{name}"), &list)?;
            }
        }
        Ok(())
    }
}

/// Writes who sends, and the rules of what they send.
fn write_sites(sink: Sink<'_>) -> io::Result<()> {
    let codes = Procedure::ALL.map(|procedure| format!("\"{}\"", procedure.code())).join(", ");
    for (site, name) in [(PORTAL, "くらしの手続ポータル"), (DESK, "電子窓口")] {
        let text = format!(
            "site = \"{site}\"\nname = \"{name}\"\nprocedures = [{codes}]\n\
             profile = \"jpki-sign-test\"\nnotices = [\"incomplete\"]\n"
        );
        sink(&format!("sites/{site}.toml"), text.as_bytes())?;
    }
    for (procedure, rules) in RULES {
        sink(&format!("procedures/{}.toml", procedure.code()), rules.as_bytes())?;
    }
    Ok(())
}

/// The rule files of the stock.
const RULES: [(Procedure, &str); 3] = [
    (Procedure::ChildAllowance, include_str!("../../../../config/procedures/child-allowance.toml")),
    (Procedure::MoveOut, include_str!("../../../../config/procedures/move-out.toml")),
    (Procedure::Nursery, include_str!("../../../../config/procedures/nursery.toml")),
];
