//! Parameters as PostgreSQL takes them.

use crate::Val;
use bytes::BytesMut;
use std::error::Error;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

/// A parameter: one value, or a column of values for `unnest`.
#[derive(Debug)]
pub(super) enum Param<'a> {
    One(Val<'a>),
    Ints(Vec<Option<i64>>),
    Texts(Vec<Option<&'a str>>),
    Blobs(Vec<Option<&'a [u8]>>),
    /// As it is sent; nothing for NULL.
    Written(Option<BytesMut>),
}

impl<'a> Param<'a> {
    /// Column `at` of rows of `width` values, for parameters of type `kind`; with the type of the
    /// array. The error says what is wrong.
    pub(super) fn column(
        params: &[Val<'a>],
        width: usize,
        at: usize,
        kind: &Type,
    ) -> Result<(Self, Type), String> {
        let values = params.iter().skip(at).step_by(width);
        let unfit = || format!("parameter {} is not {kind}", at.saturating_add(1));
        match *kind {
            Type::INT8 => {
                let ints = values.map(|value| match value {
                    Val::Int(value) => Ok(Some(*value)),
                    Val::Null => Ok(None),
                    _ => Err(unfit()),
                });
                Ok((Self::Ints(ints.collect::<Result<_, _>>()?), Type::INT8_ARRAY))
            }
            Type::TEXT => {
                let texts = values.map(|value| match value {
                    Val::Text(value) => Ok(Some(*value)),
                    Val::Null => Ok(None),
                    _ => Err(unfit()),
                });
                Ok((Self::Texts(texts.collect::<Result<_, _>>()?), Type::TEXT_ARRAY))
            }
            Type::BYTEA => {
                let blobs = values.map(|value| match value {
                    Val::Blob(value) => Ok(Some(*value)),
                    Val::Null => Ok(None),
                    _ => Err(unfit()),
                });
                Ok((Self::Blobs(blobs.collect::<Result<_, _>>()?), Type::BYTEA_ARRAY))
            }
            _ => Err(unfit()),
        }
    }
}

impl Param<'_> {
    /// The same, written down: it needs nothing any more of what it was made from. The error says
    /// what is wrong.
    pub(super) fn written(&self, kind: &Type) -> Result<Param<'static>, String> {
        let mut bytes = BytesMut::new();
        match self.to_sql(kind, &mut bytes).map_err(|error| error.to_string())? {
            IsNull::Yes => Ok(Param::Written(None)),
            IsNull::No => Ok(Param::Written(Some(bytes))),
        }
    }
}

impl ToSql for Param<'_> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match (self, ty) {
            (Self::One(Val::Null) | Self::Written(None), _) => Ok(IsNull::Yes),
            (Self::Written(Some(bytes)), _) => {
                out.extend_from_slice(bytes);
                Ok(IsNull::No)
            }
            (Self::One(Val::Int(value)), &Type::INT8) => value.to_sql(ty, out),
            (Self::One(Val::Text(value)), &Type::TEXT) => value.to_sql(ty, out),
            (Self::One(Val::Blob(value)), &Type::BYTEA) => value.to_sql(ty, out),
            (Self::One(_), _) => Err(format!("a parameter is not {ty}").into()),
            (Self::Ints(values), _) => values.to_sql(ty, out),
            (Self::Texts(values), _) => values.to_sql(ty, out),
            (Self::Blobs(values), _) => values.to_sql(ty, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        // Decided by value and type together, in `to_sql`.
        true
    }

    to_sql_checked!();
}
