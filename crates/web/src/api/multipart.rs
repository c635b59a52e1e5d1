//! `multipart/form-data`, which PHP's curl sends when it is given an array.

use axum::body::{Body, Bytes};
use panel_api::{Fault, limits, words::errors};

const UNREADABLE: Fault = Fault(errors::INCORRECT_REQUEST);

/// The parts of a multipart body as names and values, files too; nothing when the body is something
/// else, or empty.
///
/// A part that is not UTF-8 makes the request unreadable: to read it as something similar would put
/// replacement characters into somebody's order.
pub(crate) async fn read(
    content_type: Option<&str>,
    body: &Bytes,
) -> Result<Option<Vec<(String, String)>>, Fault> {
    let boundary = content_type.and_then(|content_type| multer::parse_boundary(content_type).ok());
    let Some(boundary) = boundary.filter(|_| !body.trim_ascii().is_empty()) else {
        return Ok(None);
    };
    let stream = Body::from(body.clone()).into_data_stream();
    let mut multipart = multer::Multipart::new(stream, boundary);
    let mut parts = Vec::new();
    // One part too many is enough to see that there are too many.
    while parts.len() <= limits::PAIRS {
        let Some(field) = multipart.next_field().await.map_err(|_| UNREADABLE)? else { break };
        let name = field.name().unwrap_or_default().to_owned();
        let value = field.bytes().await.map_err(|_| UNREADABLE)?;
        let value = String::from_utf8(value.into()).map_err(|_| UNREADABLE)?;
        parts.push((name, value));
    }
    Ok(Some(parts))
}
