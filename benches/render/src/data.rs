//! The letters of the bench as a table, for programs that are not crates.

use std::io::Write;

use letter::{RecordView, Schema};

use crate::matrix;
use standard_letter::recipients::{schema, Recipient};
use standard_letter::shown::{bars, filter_named, sheet_mark, shown, Filter};

/// Writes a line a recipient with tabs between the columns, after a line of their names.
///
/// Values are written as a letter shows them. Those of the paragraphs are called by what stands
/// between `{{` and `}}` of body.txt, cells `ROW.COLUMN`; `bars` are the letters of the customer
/// barcode's bars, `matrix` the rows of the DataMatrix in hexadecimal, from the top.
pub fn write(recipients: &[Recipient], out: &mut impl Write) {
    let schema = schema();
    let columns = columns(&schema);
    let names: Vec<&str> = columns.iter().map(|column| &column.name[..]).collect();
    writeln!(out, "{}", names.join("\t")).expect("written");
    for (sequence, recipient) in (1..).zip(recipients) {
        let view = RecordView::parse(&recipient.record).expect("a whole record");
        let mark = sheet_mark(sequence);
        let values: Vec<String> = columns
            .iter()
            .map(|column| match column.value {
                Value::Field(at, filter) => shown(view.field(at), filter),
                Value::Cell(row, at, filter) => shown(view.cell(row, at), filter),
                Value::Bars => bars(recipient),
                Value::Matrix => matrix::encode(&mark.text()).map(|r| format!("{r:05x}")).join(" "),
                Value::Mark => mark.text(),
            })
            .collect();
        writeln!(out, "{}", values.join("\t")).expect("written");
    }
}

struct Column {
    name: String,
    value: Value,
}

enum Value {
    Field(usize, Filter),
    Cell(usize, usize, Filter),
    Bars,
    Matrix,
    Mark,
}

fn columns(schema: &Schema) -> Vec<Column> {
    let field = |name: &str| schema.field(name).expect("a field of the schema");
    let mut columns = Vec::new();
    let mut add = |name: &str, value: Value| {
        if !columns.iter().any(|column: &Column| column.name == name) {
            columns.push(Column { name: name.to_owned(), value });
        }
    };
    add("postal", Value::Field(field("postal"), Filter::Postal));
    for name in ["address1", "address2", "key"] {
        add(name, Value::Field(field(name), Filter::Plain));
    }
    add("addressee", Value::Field(field("name"), Filter::Addressee));
    for part in include_str!("../letter/body.txt").split("{{ ").skip(1) {
        let expression = part.split(" }}").next().expect("what precedes the end");
        let (name, filter) = expression.split_once(" | ").unwrap_or((expression, ""));
        if let Some(at) = schema.field(name) {
            add(expression, Value::Field(at, filter_named(filter)));
        }
    }
    for row in 0..8 {
        let filters =
            [Filter::Wareki, Filter::Plain, Filter::Number, Filter::Number, Filter::Number];
        for (at, (name, filter)) in schema.columns.iter().zip(filters).enumerate() {
            add(&format!("{}.{name}", row + 1), Value::Cell(row, at, filter));
        }
    }
    for name in ["sum_count", "sum_amount", "sum_balance"] {
        add(name, Value::Field(field(name), Filter::Number));
    }
    add("bars", Value::Bars);
    add("matrix", Value::Matrix);
    add("mark", Value::Mark);
    columns
}
