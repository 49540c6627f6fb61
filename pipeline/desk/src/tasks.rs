//! What can be done at the desk: each task with its command, its role and its words.

use std::collections::BTreeMap;

use crate::accounts::Role;

/// A task: a form on a page, and the command that it comes to.
#[derive(Debug)]
pub struct Task {
    /// The command.
    pub name: &'static str,
    /// The least role that may do it, or ask for it.
    pub role: Role,
    /// What the button says in Japanese.
    pub ja: &'static str,
    /// What the button says in English.
    pub en: &'static str,
    /// What stands at the end of the command, in this order.
    places: &'static [Place],
    /// Options that the form fills.
    options: &'static [(&'static str, &'static str)],
    /// Options that are always there.
    fixed: &'static [&'static str],
    /// Whether nobody does it alone, whatever the shop's rules are.
    pub needs_second: bool,
}

#[derive(Clone, Copy, Debug)]
enum Place {
    /// Where nights write.
    Out,
    /// The shop, and `--out` with where nights write.
    Shop,
    /// A field of the form.
    Field(&'static str),
}

use Place::{Field, Out, Shop};

const OF_BATCH: &[Place] = &[Out, Field("sender"), Field("batch")];
const OF_RECORD: &[Place] = &[Out, Field("sender"), Field("batch"), Field("key")];
const NOTE: &[(&str, &str)] = &[("--note", "note")];

const fn of_batch(name: &'static str, role: Role, ja: &'static str, en: &'static str) -> Task {
    Task { name, role, ja, en, places: OF_BATCH, options: NOTE, fixed: &[], needs_second: false }
}

/// Every task.
pub const TASKS: [Task; 11] = [
    of_batch("approve", Role::Approver, "承認する", "Approve"),
    of_batch("hold", Role::Operator, "保留する", "Hold"),
    of_batch("release", Role::Operator, "保留を解除する", "Release"),
    of_batch("cancel", Role::Operator, "取り消す", "Cancel"),
    Task {
        options: &[("--to", "to"), ("--note", "note")],
        ..of_batch("rank", Role::Operator, "優先度を変える", "Set the rank")
    },
    Task {
        places: OF_RECORD, ..of_batch("pull", Role::Operator, "引き抜く", "Pull the piece")
    },
    Task {
        places: OF_RECORD,
        ..of_batch("set-aside", Role::Operator, "別置きにする", "Set the piece aside")
    },
    Task {
        places: &[Out, Field("mark")],
        options: &[],
        ..of_batch("scan", Role::Operator, "取り出しを記録する", "Note that it was taken out")
    },
    Task {
        places: &[Shop, Field("mark")],
        options: &[("--reason", "reason")],
        ..of_batch("returned", Role::Operator, "返戻を記録する", "Note that it came back")
    },
    Task {
        places: &[Shop, Field("sender"), Field("batch")],
        options: &[],
        fixed: &["--from-line"],
        needs_second: true,
        ..of_batch("reprint", Role::Operator, "再作成を申請する", "Ask for a reprint")
    },
    Task {
        options: &[], ..of_batch("close", Role::Operator, "ロットを締める", "Close the batch")
    },
];

/// Finds a task.
pub fn task(name: &str) -> Option<&'static Task> {
    TASKS.iter().find(|task| task.name == name)
}

impl Task {
    /// Returns the command that a form comes to, without a second person; nothing if a field is
    /// missing.
    ///
    /// What stands at the end follows `--`, so that no value of a form is taken for an option.
    pub fn command(
        &self,
        [shop, out]: [&str; 2],
        by: &str,
        fields: &BTreeMap<String, String>,
    ) -> Option<Vec<String>> {
        let field = |name: &str| {
            let value = fields.get(name)?.trim();
            let plain = value.len() <= VALUE_LEN_MAX && !value.chars().any(char::is_control);
            plain.then_some(value)
        };
        let mut command = vec![self.name.to_owned(), format!("--by={by}")];
        command.extend(self.fixed.iter().map(|&option| option.to_owned()));
        for (option, name) in self.options {
            if let Some(value) = field(name).filter(|value| !value.is_empty()) {
                command.push(format!("{option}={value}"));
            }
        }
        let mut ends = Vec::new();
        for place in self.places {
            match place {
                Out => ends.push(out.to_owned()),
                Shop => {
                    command.push(format!("--out={out}"));
                    ends.push(shop.to_owned());
                }
                Field(name) => ends.push(field(name).filter(|v| !v.is_empty())?.to_owned()),
            }
        }
        command.push("--".to_owned());
        command.extend(ends);
        Some(command)
    }

    /// Returns what a form is about, by ids.
    pub fn subject(&self, fields: &BTreeMap<String, String>) -> String {
        let named = self.places.iter().filter_map(|place| match place {
            Field(name) => fields.get(*name).map(String::as_str),
            Out | Shop => None,
        });
        named.collect::<Vec<_>>().join("/")
    }
}

/// The longest value of a form, bytes.
const VALUE_LEN_MAX: usize = 400;

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn words(name: &str, pairs: &[(&str, &str)]) -> Option<String> {
        let command = task(name)?.command(["shop", "out"], "tanaka", &fields(pairs));
        command.map(|command| command.join(" "))
    }

    #[test]
    fn a_form_comes_to_the_command_that_an_operator_types() {
        let batch = [("sender", "city"), ("batch", "tax-1"), ("note", "2026-1187")];
        for (name, more, command) in [
            ("approve", ("", ""), "approve --by=tanaka --note=2026-1187 -- out city tax-1"),
            ("rank", ("to", "-3"), "rank --by=tanaka --to=-3 --note=2026-1187 -- out city tax-1"),
            ("pull", ("key", "7"), "pull --by=tanaka --note=2026-1187 -- out city tax-1 7"),
            ("reprint", ("", ""), "reprint --by=tanaka --from-line --out=out -- shop city tax-1"),
            ("scan", ("mark", "12"), "scan --by=tanaka -- out 12"),
        ] {
            let all = [&batch[..], &[more]].concat();
            assert_eq!(words(name, &all).as_deref(), Some(command));
        }
    }

    #[test]
    fn no_value_of_a_form_becomes_an_option_or_a_second_line() {
        let batch = [("sender", "--approved-by=x"), ("batch", "tax-1")];
        assert_eq!(
            words("hold", &batch).as_deref(),
            Some("hold --by=tanaka -- out --approved-by=x tax-1")
        );
        assert_eq!(words("hold", &[("sender", "a\nb"), ("batch", "c")]), None);
        assert_eq!(words("hold", &[("sender", ""), ("batch", "c")]), None);
        assert_eq!(words("pull", &[("sender", "a"), ("batch", "c")]), None);
    }
}
