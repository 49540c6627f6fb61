//! Parquet files of flat tables: columns in, row groups out, and back.
//!
//! A thin shell over polars-parquet in place of polars-io. The bytes depend on the rows and the row
//! groups only: one codec, one encoding per column, no statistics, required columns.

use std::io::{Cursor, Read, Seek, SeekFrom, Write};

use polars_arrow::array::Array;
use polars_arrow::datatypes::ArrowDataType;
use polars_buffer::Buffer;
use polars_core::prelude::{
    ArrowField, ArrowSchema, DataFrame, IntoColumn, PlSmallStr, PolarsError, PolarsResult, Series,
};
use polars_parquet::read::{
    column_iter_to_arrays, infer_schema, read_metadata, BasicDecompressor,
    FallibleStreamingIterator, FileMetadata, PageReader, ParquetError,
};
use polars_parquet::write::{
    array_to_columns, to_parquet_schema, CompressedPage, CompressionOptions, Compressor, DynIter,
    DynStreamingIterator, Encoding, FileWriter, KeyValue, Page, ParquetType, SchemaDescriptor,
    StatisticsOptions, Version, WriteOptions,
};

use crate::error::Error;

/// The rows of a row group: large enough for columns to pay, small enough to hold in memory.
pub const ROW_GROUP: usize = 65_536;

/// What a column of a file that we write holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text with few different values; stored as a dictionary.
    Word,
    /// Text that differs from row to row.
    Text,
    /// A number of 32 bits.
    U32,
    /// A number of 64 bits.
    U64,
    /// A number with a fraction.
    F64,
    /// True or false.
    Flag,
}

impl Kind {
    fn arrow_type(self) -> ArrowDataType {
        match self {
            Self::Word | Self::Text => ArrowDataType::Utf8View,
            Self::U32 => ArrowDataType::UInt32,
            Self::U64 => ArrowDataType::UInt64,
            Self::F64 => ArrowDataType::Float64,
            Self::Flag => ArrowDataType::Boolean,
        }
    }

    fn encoding(self) -> Encoding {
        match self {
            Self::Word => Encoding::RleDictionary,
            Self::Text | Self::U32 | Self::U64 | Self::F64 | Self::Flag => Encoding::Plain,
        }
    }
}

/// Writes a table, a row group at a time.
pub struct TableWriter<W: Write> {
    file: FileWriter<W>,
    schema: SchemaDescriptor,
    kinds: Vec<Kind>,
}

impl<W: Write> TableWriter<W> {
    /// Starts a file with these columns.
    pub fn new(out: W, columns: &[(&'static str, Kind)]) -> Result<Self, Error> {
        let schema: ArrowSchema = columns
            .iter()
            .map(|&(name, kind)| {
                let name = PlSmallStr::from_static(name);
                (name.clone(), ArrowField::new(name, kind.arrow_type(), false))
            })
            .collect();
        Ok(Self {
            schema: to_parquet_schema(&schema)?,
            file: FileWriter::try_new(out, schema, OPTIONS)?,
            kinds: columns.iter().map(|&(_, kind)| kind).collect(),
        })
    }

    /// Writes the columns, in the order of [`TableWriter::new`], as one row group.
    pub fn row_group(&mut self, columns: Vec<Series>) -> Result<(), Error> {
        let rows = columns.first().map_or(0, |column| column.len());
        debug_assert!(columns.iter().all(|c| c.len() == rows && c.n_chunks() == 1));
        let mut pages = Vec::with_capacity(columns.len());
        for ((series, field), kind) in columns.iter().zip(self.schema.fields()).zip(&self.kinds) {
            pages.extend(compressed(series, field, kind.encoding())?.into_iter().map(Ok));
        }
        Ok(self.file.write(rows as u64, DynIter::new(pages.into_iter()))?)
    }

    /// Closes the file with this metadata and returns what it was written to.
    pub fn finish(mut self, metadata: &[(&str, String)]) -> Result<W, Error> {
        let pair = |(key, value): &(&str, String)| KeyValue {
            key: (*key).to_owned(),
            value: Some(value.clone()),
        };
        self.file.end(Some(metadata.iter().map(pair).collect()))?;
        Ok(self.file.into_inner())
    }
}

type PageStream = DynStreamingIterator<'static, CompressedPage, PolarsError>;

fn compressed(
    series: &Series,
    field: &ParquetType,
    encoding: Encoding,
) -> PolarsResult<Vec<PageStream>> {
    let leaves = array_to_columns(&series.chunks()[0], field.clone(), OPTIONS, &[encoding])?;
    Ok(leaves.into_iter().map(compress_pages).collect())
}

fn compress_pages(pages: DynIter<'static, PolarsResult<Page>>) -> PageStream {
    let pages = pages
        .map(|page| page.map_err(|error| ParquetError::FeatureNotSupported(error.to_string())));
    let compressor = Compressor::new_from_vec(pages, OPTIONS.compression, vec![]);
    DynStreamingIterator::new(compressor.map_err(PolarsError::from))
}

/// Reads a table, a row group at a time and only the columns asked for.
pub struct TableReader<R> {
    bytes: R,
    metadata: FileMetadata,
    schema: ArrowSchema,
}

impl<R: Read + Seek> TableReader<R> {
    /// Reads the footer.
    pub fn new(mut bytes: R) -> Result<Self, Error> {
        let metadata = read_metadata(&mut bytes)?;
        let schema = infer_schema(&metadata)?;
        Ok(Self { bytes, metadata, schema })
    }

    /// Returns the names of the columns.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.schema.iter_names().map(PlSmallStr::as_str)
    }

    /// Returns the number of row groups.
    pub fn row_groups(&self) -> usize {
        self.metadata.row_groups.len()
    }

    /// Returns a value of the file's metadata.
    pub fn metadata(&self, key: &str) -> Option<&str> {
        let pairs = self.metadata.key_value_metadata().as_ref()?;
        pairs.iter().find(|pair| pair.key == key)?.value.as_deref()
    }

    /// Reads one column of a row group as arrays.
    pub fn arrays(&mut self, group: usize, column: &str) -> Result<Vec<Box<dyn Array>>, Error> {
        let field = self.schema.get(column).ok_or_else(|| missing(column))?.clone();
        let group = &self.metadata.row_groups[group];
        let chunks = group.columns_under_root_iter(column).ok_or_else(|| missing(column))?;
        let mut pages = Vec::new();
        let mut types = Vec::new();
        for chunk in chunks {
            let bytes = read_range(&mut self.bytes, chunk.byte_range())?;
            let reader = PageReader::new(Cursor::new(bytes), chunk, vec![], PAGE_BYTES_MAX);
            pages.push(BasicDecompressor::new(reader, vec![]));
            types.push(&chunk.descriptor().descriptor.primitive_type);
        }
        Ok(column_iter_to_arrays(pages, types, field, None)?.0)
    }

    /// Reads columns of a row group as a frame.
    pub fn frame(&mut self, group: usize, columns: &[&str]) -> Result<DataFrame, Error> {
        let mut read = Vec::with_capacity(columns.len());
        for &column in columns {
            let arrays = self.arrays(group, column)?;
            read.push(Series::try_from((PlSmallStr::from_str(column), arrays))?.into_column());
        }
        Ok(DataFrame::new_infer_height(read)?)
    }
}

fn missing(column: &str) -> Error {
    Error::Column { column: column.to_owned(), kind: "any" }
}

/// Reads a range of the file; a range beyond its end gives what there is, which then has no pages.
fn read_range<R: Read + Seek>(
    bytes: &mut R,
    range: std::ops::Range<u64>,
) -> Result<Buffer<u8>, Error> {
    let mut read = Vec::new();
    bytes.seek(SeekFrom::Start(range.start))?;
    bytes.take(range.end.saturating_sub(range.start)).read_to_end(&mut read)?;
    Ok(Buffer::from_vec(read))
}

/// The largest page that is read, uncompressed bytes; writers make pages of about a megabyte.
const PAGE_BYTES_MAX: usize = 256 << 20;

const OPTIONS: WriteOptions = WriteOptions {
    statistics: StatisticsOptions {
        min_value: false,
        max_value: false,
        distinct_count: false,
        null_count: false,
        binary_statistics_truncate_length: None,
    },
    version: Version::V1,
    compression: CompressionOptions::Snappy,
    data_page_size: None,
};
