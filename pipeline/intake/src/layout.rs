//! How one sender writes its files, as agreed in its sender file.

mod compiled;
mod gaiji;
mod sender;

pub(crate) use compiled::{Cell, Column, Form, Lines, Trailer, TrailerPlace};
pub use compiled::{Charset, Layout, LayoutError, COLUMNS_MAX, FIELD_CHARS_MAX};
pub(crate) use gaiji::is_user_defined;
pub use gaiji::{Gaiji, GaijiEntry, GAIJI_CELLS};
pub use sender::{
    BareFile, ColumnSpec, DateStyle, Encoding, FormName, Kind, LayoutSpec, LetterClass, LineEnding,
    LinesSpec, ReadySpec, ReadyWindow, Sender, SenderFault, TrailerSpec, TrailerSpecPlace, Unread,
};
