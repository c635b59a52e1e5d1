//! A request as it came: what it says, and what may be kept of it.

/// What is written in place of a key.
const HIDDEN: &str = "***";

/// The fields of a POST form, in their order.
#[derive(Clone, PartialEq, Eq)]
pub struct Form {
    raw: String,
    fields: Vec<(String, String)>,
}

impl Form {
    /// Reads a body of type `application/x-www-form-urlencoded`. Every text is one.
    pub fn parse(body: &str) -> Self {
        let decoded = |text: &str| {
            let mut pairs = form_urlencoded::parse(text.as_bytes());
            pairs.next().map(|(name, _)| name.into_owned()).unwrap_or_default()
        };
        let mut raw = String::with_capacity(body.len());
        for (at, piece) in body.split('&').enumerate() {
            if at > 0 {
                raw.push('&');
            }
            match piece.split_once('=') {
                Some((name, _)) if decoded(name) == "key" => {
                    raw.push_str(name);
                    raw.push('=');
                    raw.push_str(HIDDEN);
                }
                _ => raw.push_str(piece),
            }
        }
        let fields = form_urlencoded::parse(body.as_bytes());
        let fields = fields.map(|(n, v)| (n.into_owned(), v.into_owned())).collect();
        Self { raw, fields }
    }

    /// The form with these fields.
    pub fn of(fields: &[(&str, &str)]) -> Self {
        let mut out = form_urlencoded::Serializer::new(String::new());
        Self::parse(&out.extend_pairs(fields).finish())
    }

    /// A body that was kept, with its key again.
    pub(crate) fn with_key(raw: &str, key: &str) -> Self {
        let mut form = Self::parse(raw);
        for (name, value) in &mut form.fields {
            if name == "key" {
                key.clone_into(value);
            }
        }
        form
    }

    /// The first field of this name, without blanks around it; nothing when that leaves nothing.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.fields.iter().find(|(field, _)| field == name);
        found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }

    /// All fields, in their order, as they were sent. The key is among them.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The body as it was sent, with something in place of the key.
    pub fn without_key(&self) -> &str {
        &self.raw
    }
}

impl std::fmt::Debug for Form {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Form({:?})", self.raw)
    }
}

/// The fields of a body that was kept.
pub(crate) fn fields(raw: &str) -> Vec<(String, String)> {
    let fields = form_urlencoded::parse(raw.as_bytes());
    fields.map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_is_kept_as_sent_and_the_key_is_not() {
        let form =
            Form::parse("key=s3cr%65t&action=add&comments=a%0D%0Ab&link=%20x%20&k%65y=s3cret");
        assert_eq!(
            form.without_key(),
            "key=***&action=add&comments=a%0D%0Ab&link=%20x%20&k%65y=***"
        );
        assert!(!format!("{form:?}").contains("s3cr"), "{form:?}");
        assert_eq!((form.get("key"), form.get("link")), (Some("s3cret"), Some("x")));
        assert_eq!(form.fields().nth(2), Some(("comments", "a\r\nb")));
        assert_eq!(fields(form.without_key())[2], ("comments".to_owned(), "a\r\nb".to_owned()));
    }

    #[test]
    fn blank_is_absent() {
        let form = Form::of(&[("action", "add"), ("runs", "  "), ("a&b", "c=d")]);
        assert_eq!((form.get("runs"), form.get("interval")), (None, None));
        assert_eq!(form.get("a&b"), Some("c=d"));
        assert_eq!(Form::parse("").get("key"), None);
    }
}
