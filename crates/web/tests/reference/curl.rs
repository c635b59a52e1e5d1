//! Turns the `curl` commands of the page into the requests that curl would send. What a shell or
//! curl would do with anything else is not guessed: it is refused.

use axum::body::Body;
use axum::http::Request;

/// The address that stands for the counter's.
const BASE: &str = "https://counter.example";

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";
const BOUNDARY: &str = "------------------------d74496d66958873e";

/// What a command says.
#[derive(Debug, Default)]
struct Command {
    url: Option<String>,
    data: Vec<String>,
    parts: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    json: bool,
}

/// The request of a command, with a key in place of the placeholder.
pub(crate) fn request(command: &str, key: &str) -> Result<Request<Body>, String> {
    let places = ["key=KEY", "\"key\":\"KEY\""];
    let found: usize = places.iter().map(|place| command.matches(place).count()).sum();
    if found != 1 {
        return Err(format!("{found} keys in place of one"));
    }
    let real = command
        .replace("key=KEY", &format!("key={key}"))
        .replace("\"key\":\"KEY\"", &format!("\"key\":\"{key}\""));
    read(&words(&real)?)?.request()
}

fn read(words: &[String]) -> Result<Command, String> {
    let mut words = words.iter().map(String::as_str);
    if words.next() != Some("curl") {
        return Err(String::from("not a curl command"));
    }
    let mut command = Command::default();
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{word} says nothing"));
        match word {
            "-s" => {}
            "-d" => command.data.push(value()?.to_owned()),
            "--data-urlencode" => {
                let (name, text) = halves(value()?, '=')?;
                command.data.push(format!("{name}={}", encoded(text)));
            }
            "--json" => {
                command.json = true;
                command.data.push(value()?.to_owned());
            }
            "-F" => {
                let (name, text) = halves(value()?, '=')?;
                command.parts.push((name.to_owned(), text.to_owned()));
            }
            "-H" => {
                let (name, text) = halves(value()?, ':')?;
                command.headers.push((name.to_owned(), text.trim().to_owned()));
            }
            url if url.starts_with("https:") && command.url.is_none() => {
                command.url = Some(url.to_owned());
            }
            other => return Err(format!("unknown: {other}")),
        }
    }
    Ok(command)
}

impl Command {
    fn request(self) -> Result<Request<Body>, String> {
        let url = self.url.ok_or("no address")?;
        let target = url.strip_prefix(BASE).ok_or_else(|| format!("{url} is not {BASE}"))?;
        let mut request = Request::builder()
            .uri(target)
            .header("host", "counter.example")
            .header("user-agent", "curl/7.88.1");
        for (name, text) in &self.headers {
            request = request.header(name, text);
        }
        let (content_type, body) = match (self.data.is_empty(), self.parts.is_empty()) {
            (true, true) => (None, String::new()),
            (false, true) if self.json => (Some(JSON.to_owned()), self.data.concat()),
            (false, true) => (Some(FORM.to_owned()), self.data.join("&")),
            (true, false) => {
                (Some(format!("multipart/form-data; boundary={BOUNDARY}")), multipart(&self.parts))
            }
            (false, false) => return Err(String::from("a form and parts")),
        };
        request = request.header("accept", if self.json { JSON } else { "*/*" });
        if let Some(content_type) = content_type {
            request = request
                .method("POST")
                .header("content-type", content_type)
                .header("content-length", body.len());
        }
        request.body(Body::from(body)).map_err(|error| error.to_string())
    }
}

fn multipart(parts: &[(String, String)]) -> String {
    let mut body = String::new();
    for (name, text) in parts {
        let disposition = format!("Content-Disposition: form-data; name=\"{name}\"");
        body.push_str(&format!("--{BOUNDARY}\r\n{disposition}\r\n\r\n{text}\r\n"));
    }
    body + &format!("--{BOUNDARY}--\r\n")
}

fn halves(text: &str, between: char) -> Result<(&str, &str), String> {
    text.split_once(between).ok_or_else(|| format!("no {between} in {text}"))
}

fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else if byte == b' ' {
            out.push('+');
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// The words of one command, as every shell splits them.
fn words(command: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = command.chars();
    while let Some(c) = chars.next() {
        match c {
            '\'' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next() {
                        Some('\'') => break,
                        Some(c) => word.push(c),
                        None => return Err(String::from("a quote without an end")),
                    }
                }
            }
            '\\' if chars.next() == Some('\n') => {}
            ' ' => words.extend(word.take()),
            c if c.is_ascii_alphanumeric() || "-_=:/.,@+".contains(c) => {
                word.get_or_insert_default().push(c);
            }
            c => return Err(format!("{c:?} must stand in single quotes")),
        }
    }
    words.extend(word);
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::to_bytes;

    async fn sent(command: &str) -> (String, String, String, String) {
        let (head, body) = request(command, "k-1").unwrap().into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        let kind = head.headers.get("content-type").map_or("", |kind| kind.to_str().unwrap());
        let text = String::from_utf8(body.to_vec()).unwrap();
        (head.method.to_string(), head.uri.to_string(), kind.to_owned(), text)
    }

    fn told(method: &str, uri: &str, kind: &str, body: &str) -> (String, String, String, String) {
        (method.to_owned(), uri.to_owned(), kind.to_owned(), body.to_owned())
    }

    /// The bodies are those that curl 7.88 sends.
    #[tokio::test]
    async fn requests_are_those_of_curl() {
        assert_eq!(
            sent("curl -s 'https://counter.example/api/v2/?key=KEY&action=x'").await,
            told("GET", "/api/v2/?key=k-1&action=x", "", "")
        );
        let form = "curl -s https://counter.example/api/v2 -d key=KEY \\\n  -d link=https://a.example/ \
            --data-urlencode 'comments=one, two\nthree~é'";
        let body = "key=k-1&link=https://a.example/&comments=one%2C+two%0Athree~%C3%A9";
        assert_eq!(sent(form).await, told("POST", "/api/v2", FORM, body));
        let json = "curl https://counter.example/api --json '{\"key\":\"KEY\",\n \"a\":\"b c\"}'";
        assert_eq!(
            sent(json).await,
            told("POST", "/api", JSON, "{\"key\":\"k-1\",\n \"a\":\"b c\"}")
        );
        let (method, _, kind, body) = sent("curl https://counter.example/api -F key=KEY").await;
        assert_eq!(
            (method.as_str(), kind.as_str()),
            ("POST", &*format!("multipart/form-data; boundary={BOUNDARY}"))
        );
        assert_eq!(
            body,
            format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nk-1\r\n--{BOUNDARY}--\r\n"
            )
        );
        let headed = request("curl https://counter.example/ -H 'A: b: c' -d key=KEY", "k").unwrap();
        assert_eq!(headed.headers()["a"], "b: c");
    }

    #[test]
    fn what_a_shell_would_change_is_refused() {
        for (command, text) in [
            ("curl https://counter.example/?key=KEY", "must stand in single quotes"),
            ("curl https://counter.example/ -d \"key=KEY\"", "must stand in single quotes"),
            ("curl https://counter.example/ -d key=KEY\nrm", "must stand in single quotes"),
            ("curl https://counter.example/ -d 'key=KEY", "a quote without an end"),
            ("curl https://counter.example/ -d key=KEY -d", "-d says nothing"),
            ("curl https://counter.example/ -d key=KEY -k", "unknown: -k"),
            ("curl https://counter.example/", "0 keys"),
            ("curl https://counter.example/ -d key=KEY -d key=KEY", "2 keys"),
            ("curl https://other.example/ -d key=KEY", "is not https://counter.example"),
            ("wget https://counter.example/ -d key=KEY", "not a curl command"),
        ] {
            let error = request(command, "k").err().unwrap_or_default();
            assert!(error.contains(text), "{command}: {error}");
        }
    }
}
