//! What became of each row, by the sender's own key: `<batch>.delivered.csv`.

use std::fs::File;
use std::io::BufReader;

use anyhow::{Context, Result};
use columnar::{End, LedgerRow};
use letter::Channel;
use runner::{FileMark, Part};

use crate::close::LEDGER_ROWS;
use crate::ledger_rows;
use crate::out::Out;
use crate::withdrawals::Withdrawals;

/// Writes a part's list from its rows of the ledger: key, channel, end, reason, sheets, moment;
/// what was withdrawn since is pulled.
///
/// # Errors
/// If the rows cannot be read or the list not be written.
pub fn write_delivered(out: &Out, part: &Part, withdrawals: &Withdrawals) -> Result<FileMark> {
    let path = out.part(part).join(LEDGER_ROWS);
    let file = File::open(&path).with_context(|| format!("reading {}", path.display()))?;
    let name = format!("{}.delivered.csv", part.name());
    out.publish(&out.outbox(part.sender.as_str(), &name), |writer| {
        writer.write_all("\u{FEFF}row_id,channel,end,reason,sheets,time\r\n".as_bytes())?;
        ledger_rows::read(BufReader::with_capacity(1 << 20, file), part, |row| {
            withdrawals.row(part, row, |row| line(writer, row))
        })
    })
}

fn line(writer: &mut dyn std::io::Write, row: &LedgerRow<'_>) -> Result<()> {
    // A row that could not be read has no key; the reject list has it by its line.
    if row.key.is_empty() {
        return Ok(());
    }
    let key = mailbox::spreadsheet_cell(row.key);
    let key = match key.contains(['"', ',']) {
        true => format!("\"{}\"", key.replace('"', "\"\"")).into(),
        false => key,
    };
    let channel = row.channel.map_or("", Channel::name);
    let (end, reason, sheets, time) = (End::name(row.end), row.reason, row.sheets, row.time);
    write!(writer, "{key},{channel},{end},{reason},{sheets},{time}\r\n")?;
    Ok(())
}
