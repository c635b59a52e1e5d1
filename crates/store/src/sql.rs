//! Statements and their parameters.

/// A statement, written once for every engine: `?1` placeholders, lower-case portable SQL.
///
/// A query that ends with a mark locks its rows until the unit ends, where units write at the same
/// time: `/*lock*/` keeps everybody else from changing or locking them, `/*lock free*/` leaves out rows
/// that somebody else has locked, `/*keep*/` lets others do the same and change the rest of the row, and
/// makes `/*lock*/` wait.
///
/// Declared with [`statements!`](crate::statements), which also lists it, so that a test can
/// prepare every statement of the product against a migrated database.
#[derive(Clone, Copy, Debug)]
pub struct Sql {
    /// Its name, as errors report it.
    pub name: &'static str,
    /// Its text. `'static`: no statement is ever put together from input.
    pub text: &'static str,
}

/// A parameter of a statement. Money, times and flags are integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Val<'a> {
    /// No value.
    Null,
    /// A whole number.
    Int(i64),
    /// A text.
    Text(&'a str),
    /// Bytes.
    Blob(&'a [u8]),
}

impl From<i64> for Val<'_> {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<bool> for Val<'_> {
    fn from(value: bool) -> Self {
        Self::Int(i64::from(value))
    }
}

impl<'a> From<&'a str> for Val<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(value)
    }
}

impl<'a> From<&'a [u8]> for Val<'a> {
    fn from(value: &'a [u8]) -> Self {
        Self::Blob(value)
    }
}

impl<'a, T: Into<Val<'a>>> From<Option<T>> for Val<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// Declares statements as constants and lists them in `ALL`.
///
/// ```
/// store::statements! {
///     /// One account.
///     ACCOUNT = "select name from account where id = ?1";
/// }
/// assert_eq!(ALL[0].name, "ACCOUNT");
/// ```
#[macro_export]
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $text:expr;)+) => {
        $(
            $(#[$doc])*
            pub(crate) const $name: $crate::Sql =
                $crate::Sql { name: stringify!($name), text: $text };
        )+
        /// Every statement declared here.
        pub(crate) const ALL: &[$crate::Sql] = &[$($name),+];
    };
}
