//! The registry's import files as Parquet: the same columns and the same rows as the CSV files.

use std::io::{Read, Seek};

use polars_arrow::array::{Array, BooleanArray, PrimitiveArray, Utf8ViewArray};
use polars_arrow::types::NativeType;
use registry::{Entry, ImportError, Importer};

use crate::error::Error;
use crate::table::TableReader;

/// Reads `recipients.parquet`, `links.parquet` or `preferences.parquet` as the type asked for.
///
/// Text columns must be text; `identity_level` and `mailbox_id` may be integers of any width or
/// text, `selected` a boolean or text. A missing value counts as empty. A fault's line is its row.
///
/// # Errors
/// If the file cannot be read, its columns are others, or any row of it is faulty.
pub fn read_entries<T: Entry>(bytes: impl Read + Seek) -> Result<Vec<T>, Error> {
    let mut table = TableReader::new(bytes)?;
    check_columns::<T>(&table)?;
    let mut importer = Importer::<T>::default();
    let mut row = 0;
    for group in 0..table.row_groups() {
        let mut columns = Vec::with_capacity(T::COLUMNS.len());
        for column in T::COLUMNS {
            columns.push(texts(column, &table.arrays(group, column)?)?);
        }
        let mut cells = vec![""; columns.len()];
        for at in 0..columns.first().map_or(0, Vec::len) {
            for (cell, column) in cells.iter_mut().zip(&columns) {
                *cell = &column[at];
            }
            row += 1;
            importer.row(row, &cells);
        }
    }
    Ok(importer.finish()?)
}

fn check_columns<T: Entry>(table: &TableReader<impl Read + Seek>) -> Result<(), Error> {
    let found: Vec<String> = table.columns().map(str::to_owned).collect();
    let ours = T::COLUMNS.iter().all(|column| found.iter().any(|name| name == column));
    if ours && found.len() == T::COLUMNS.len() {
        return Ok(());
    }
    Err(ImportError::Head { found, expected: T::COLUMNS }.into())
}

/// Returns the values of a column as the CSV file would write them.
fn texts(column: &str, arrays: &[Box<dyn Array>]) -> Result<Vec<String>, Error> {
    let mut texts = Vec::new();
    for array in arrays {
        let array = array.as_ref();
        let taken = push_texts(&mut texts, array)
            || push_flags(&mut texts, array)
            || push_numbers::<i8>(&mut texts, array)
            || push_numbers::<i16>(&mut texts, array)
            || push_numbers::<i32>(&mut texts, array)
            || push_numbers::<i64>(&mut texts, array)
            || push_numbers::<u8>(&mut texts, array)
            || push_numbers::<u16>(&mut texts, array)
            || push_numbers::<u32>(&mut texts, array)
            || push_numbers::<u64>(&mut texts, array);
        if !taken {
            let kind = "text, whole number or boolean";
            return Err(Error::Column { column: column.to_owned(), kind });
        }
    }
    Ok(texts)
}

fn push_texts(texts: &mut Vec<String>, array: &dyn Array) -> bool {
    let Some(array) = array.as_any().downcast_ref::<Utf8ViewArray>() else { return false };
    texts.extend(array.iter().map(|text| text.unwrap_or_default().to_owned()));
    true
}

fn push_flags(texts: &mut Vec<String>, array: &dyn Array) -> bool {
    let Some(array) = array.as_any().downcast_ref::<BooleanArray>() else { return false };
    texts.extend(array.iter().map(|flag| flag.map_or(String::new(), |flag| flag.to_string())));
    true
}

fn push_numbers<N: NativeType>(texts: &mut Vec<String>, array: &dyn Array) -> bool {
    let Some(array) = array.as_any().downcast_ref::<PrimitiveArray<N>>() else { return false };
    texts.extend(array.iter().map(|n| n.map_or(String::new(), ToString::to_string)));
    true
}
