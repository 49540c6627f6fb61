//! The closing check: what the artefacts hold against what the account and the plan say.

use letter::{BatchId, SenderId};
use serde::{Deserialize, Serialize};

use crate::account::Account;

/// What one print file holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrintFileCount {
    /// The file's number, from 1.
    pub file: u32,
    /// Letters.
    pub letters: u64,
    /// Pages, blank backs included.
    pub pages: u64,
    /// Sheets of paper, by their marks.
    pub sheets: u64,
}

/// What one mailbox pack holds for the batch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackCount {
    /// The pack's name.
    pub pack: String,
    /// Copies in it.
    pub copies: u64,
}

/// What one list of records holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListCount {
    /// The list's name.
    pub list: String,
    /// Records in it; a record with several faults counts once.
    pub records: u64,
}

/// What `presort` planned for the batch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The print files, in order.
    pub print_files: Vec<PrintFileCount>,
    /// Copies to be delivered, those beside a letter included.
    pub copies: u64,
}

/// What was counted in the batch's artefacts, without the program's own counters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recounted {
    /// The print files found, read back.
    pub print_files: Vec<PrintFileCount>,
    /// Rows of the control file.
    pub control_rows: u64,
    /// The mailbox packs found.
    pub packs: Vec<PackCount>,
    /// The reject lists found, all parts of the batch.
    pub rejects: Vec<ListCount>,
    /// The held lists found.
    pub held: Vec<ListCount>,
    /// Records that the operators' pull list names for the batch.
    pub pulled: u64,
    /// Copies of the packs that were withdrawn (引抜き), of records that were not printed.
    pub withdrawn: u64,
    /// Those of records that were printed, too.
    pub withdrawn_beside: u64,
}

/// What does not agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// Records in against the records found in all artefacts.
    Equation,
    /// A planned print file is missing (found 0) or one was not planned (expected 0).
    PrintFile,
    /// Letters of one print file.
    FileLetters,
    /// Pages of one print file.
    FilePages,
    /// Sheets of one print file.
    FileSheets,
    /// Letters over all print files against the account.
    Letters,
    /// Sheets over all print files against the account.
    Sheets,
    /// Rows of the control file against the letters printed.
    ControlRows,
    /// Copies over all packs against plan and account.
    Copies,
    /// Records of the reject lists.
    Rejects,
    /// Records of the held lists.
    Held,
    /// Records pulled.
    Pulled,
}

impl Check {
    /// Returns the stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Equation => "equation",
            Self::PrintFile => "print-file",
            Self::FileLetters => "file-letters",
            Self::FilePages => "file-pages",
            Self::FileSheets => "file-sheets",
            Self::Letters => "letters",
            Self::Sheets => "sheets",
            Self::ControlRows => "control-rows",
            Self::Copies => "copies",
            Self::Rejects => "rejects",
            Self::Held => "held",
            Self::Pulled => "pulled",
        }
    }

    /// Says in Japanese what is compared.
    pub fn japanese(self) -> &'static str {
        match self {
            Self::Equation => "受付件数と全成果物の件数",
            Self::PrintFile => "印刷ファイルの有無",
            Self::FileLetters => "印刷ファイルの通数",
            Self::FilePages => "印刷ファイルの面数",
            Self::FileSheets => "印刷ファイルの枚数",
            Self::Letters => "印刷通数の合計",
            Self::Sheets => "用紙枚数の合計",
            Self::ControlRows => "制御ファイルの行数",
            Self::Copies => "電子交付の通数",
            Self::Rejects => "返却分の件数",
            Self::Held => "保留の件数",
            Self::Pulled => "引抜きの件数",
        }
    }

    /// Says in English what is compared.
    pub fn english(self) -> &'static str {
        match self {
            Self::Equation => "records in against records found in all artefacts",
            Self::PrintFile => "print file planned against found",
            Self::FileLetters => "letters of a print file",
            Self::FilePages => "pages of a print file",
            Self::FileSheets => "sheets of a print file",
            Self::Letters => "letters over all print files",
            Self::Sheets => "sheets over all print files",
            Self::ControlRows => "rows of the control file",
            Self::Copies => "copies over all packs",
            Self::Rejects => "records of the reject lists",
            Self::Held => "records of the held lists",
            Self::Pulled => "records pulled",
        }
    }
}

/// One figure that does not agree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discrepancy {
    /// Whose batch.
    pub sender: SenderId,
    /// Which batch.
    pub batch: BatchId,
    /// What was compared.
    pub code: Check,
    /// Where, `print file 2`; empty when the whole batch is meant.
    #[serde(rename = "where")]
    pub place: String,
    /// The figure of the account or the plan.
    pub expected: u64,
    /// The figure of the artefacts.
    pub found: u64,
}

/// Compares a batch's artefacts with its account and its plan; an empty list means agreed.
///
/// The artefacts are compared with both, so that an error common to plan and account must also be
/// in the artefacts to pass.
pub fn reconcile(account: &Account, plan: &Plan, recounted: &Recounted) -> Vec<Discrepancy> {
    let mut check = Checking { account, found: Vec::new() };
    check.print_files(plan, recounted);
    let ends = &account.ends;
    let letters = sum(&recounted.print_files, |file| file.letters);
    let sheets = sum(&recounted.print_files, |file| file.sheets);
    let copies: u64 = recounted.packs.iter().map(|pack| pack.copies).sum();
    let rejects: u64 = recounted.rejects.iter().map(|list| list.records).sum();
    let held: u64 = recounted.held.iter().map(|list| list.records).sum();
    check.figure(Check::Letters, "", ends.printed, letters);
    check.figure(Check::Sheets, "", account.sheets, sheets);
    check.figure(Check::ControlRows, "control.csv", ends.printed, recounted.control_rows);
    check.figure(Check::Copies, "plan", plan.copies, copies);
    let stay = copies.saturating_sub(recounted.withdrawn + recounted.withdrawn_beside);
    let pulled = recounted.pulled + recounted.withdrawn;
    check.figure(Check::Copies, "account", ends.delivered + ends.also_delivered, stay);
    check.figure(Check::Rejects, "", ends.set_aside, rejects);
    check.figure(Check::Held, "", ends.held, held);
    check.figure(Check::Pulled, "", ends.pulled, pulled);
    let delivered = stay.saturating_sub(ends.also_delivered);
    let all = letters + delivered + rejects + held + pulled;
    check.figure(Check::Equation, "", ends.records_in, all);
    check.found
}

struct Checking<'a> {
    account: &'a Account,
    found: Vec<Discrepancy>,
}

impl Checking<'_> {
    fn figure(&mut self, code: Check, place: &str, expected: u64, found: u64) {
        if expected == found {
            return;
        }
        self.found.push(Discrepancy {
            sender: self.account.sender.clone(),
            batch: self.account.batch.clone(),
            code,
            place: place.to_owned(),
            expected,
            found,
        });
    }

    fn print_files(&mut self, plan: &Plan, recounted: &Recounted) {
        let count =
            |files: &[PrintFileCount], file| files.iter().filter(|f| f.file == file).count() as u64;
        let mut numbers: Vec<u32> =
            plan.print_files.iter().chain(&recounted.print_files).map(|f| f.file).collect();
        numbers.sort_unstable();
        numbers.dedup();
        for file in numbers {
            let place = format!("print file {file}");
            let (planned, found) =
                (count(&plan.print_files, file), count(&recounted.print_files, file));
            self.figure(Check::PrintFile, &place, planned, found);
            let planned = plan.print_files.iter().find(|f| f.file == file);
            let found = recounted.print_files.iter().find(|f| f.file == file);
            if let (Some(planned), Some(found)) = (planned, found) {
                self.figure(Check::FileLetters, &place, planned.letters, found.letters);
                self.figure(Check::FilePages, &place, planned.pages, found.pages);
                self.figure(Check::FileSheets, &place, planned.sheets, found.sheets);
            }
        }
    }
}

fn sum(files: &[PrintFileCount], figure: impl Fn(&PrintFileCount) -> u64) -> u64 {
    files.iter().map(figure).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::tests::mixed;

    /// Plan and artefacts that agree with [`mixed`].
    fn agreed() -> (Plan, Recounted) {
        let print_files = vec![
            PrintFileCount { file: 1, letters: 1, pages: 4, sheets: 2 },
            PrintFileCount { file: 2, letters: 1, pages: 4, sheets: 2 },
        ];
        let plan = Plan { print_files: print_files.clone(), copies: 2 };
        let list = |list: &str| vec![ListCount { list: list.to_owned(), records: 1 }];
        let recounted = Recounted {
            print_files,
            control_rows: 2,
            packs: vec![PackCount { pack: "hoshimi-city.tax-2026-1.pack".into(), copies: 2 }],
            rejects: list("tax-2026-1.rejects.csv"),
            held: list("tax-2026-1.held.csv"),
            pulled: 1,
            ..Recounted::default()
        };
        (plan, recounted)
    }

    /// Spoils the artefacts and returns what the check finds, as `code where expected found`.
    fn found_after(spoil: impl FnOnce(&mut Recounted)) -> Vec<String> {
        let (plan, mut recounted) = agreed();
        spoil(&mut recounted);
        reconcile(&mixed(), &plan, &recounted)
            .iter()
            .map(|d| format!("{} {} {} {}", d.code.code(), d.place, d.expected, d.found))
            .collect()
    }

    #[test]
    fn artefacts_that_hold_everything_once_agree() {
        assert_eq!(found_after(|_| ()), [""; 0]);
    }

    #[test]
    fn a_lost_letter_is_found_in_its_file_in_the_sum_and_in_the_equation() {
        assert_eq!(
            found_after(|r| {
                r.print_files[1] = PrintFileCount { file: 2, letters: 0, pages: 0, sheets: 0 };
            }),
            [
                "file-letters print file 2 1 0",
                "file-pages print file 2 4 0",
                "file-sheets print file 2 2 0",
                "letters  2 1",
                "sheets  4 2",
                "equation  6 5",
            ]
        );
    }

    #[test]
    fn a_missing_and_an_unplanned_file_are_told_apart() {
        let found = found_after(|r| r.print_files[1].file = 3);
        assert_eq!(found, ["print-file print file 2 1 0", "print-file print file 3 0 1"]);
    }

    #[test]
    fn a_copy_delivered_twice_is_found() {
        let found = found_after(|r| r.packs[0].copies += 1);
        assert_eq!(found, ["copies plan 2 3", "copies account 2 3", "equation  6 7"]);
    }

    #[test]
    fn a_withdrawn_copy_agrees_only_where_it_was_withdrawn_from() {
        let mut account = mixed();
        assert!(account.withdraw(false) && account.withdraw(true));
        let (plan, mut recounted) = agreed();
        (recounted.withdrawn, recounted.withdrawn_beside) = (1, 1);
        assert_eq!(reconcile(&account, &plan, &recounted), []);
        assert_eq!(
            found_after(|r| r.withdrawn = 1),
            ["copies account 2 1", "pulled  1 2"],
            "the ledger does not know of it"
        );
    }

    #[test]
    fn a_blank_back_that_is_missing_is_found() {
        let found = found_after(|r| r.print_files[0].pages = 3);
        assert_eq!(found, ["file-pages print file 1 4 3"]);
    }

    #[test]
    fn each_list_is_counted() {
        assert_eq!(found_after(|r| r.rejects.clear()), ["rejects  1 0", "equation  6 5"]);
        assert_eq!(found_after(|r| r.held[0].records = 2), ["held  1 2", "equation  6 7"]);
        assert_eq!(found_after(|r| r.pulled = 0), ["pulled  1 0", "equation  6 5"]);
        assert_eq!(found_after(|r| r.control_rows = 3), ["control-rows control.csv 2 3"]);
    }

    #[test]
    fn a_discrepancy_in_json_says_where() {
        let (plan, mut recounted) = agreed();
        recounted.pulled = 0;
        let json =
            serde_json::to_string(&reconcile(&mixed(), &plan, &recounted)[0]).expect("plain data");
        assert_eq!(
            json,
            r#"{"sender":"hoshimi-city","batch":"tax-2026-1","code":"pulled","where":"","expected":1,"found":0}"#
        );
    }
}
