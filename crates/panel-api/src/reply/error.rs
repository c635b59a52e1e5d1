//! The one shape of errors.

use super::json::Object;

/// Writes `{"error":".."}`: alone, because some clients take an object with more keys for a
/// success.
pub fn error(out: &mut Vec<u8>, text: &str) {
    Object::open(out).string("error", text).close();
}
