//! The load generator: wrk, a kept one, as a process of its own.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What a run measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Figures {
    /// Complete answers.
    pub(crate) requests: u64,
    /// Complete answers a second.
    pub(crate) per_second: f64,
    /// 99 % of answers came within so many milliseconds.
    pub(crate) p99_ms: f64,
}

/// A kind of load on one address.
#[derive(Debug)]
pub(crate) struct Load {
    url: String,
    script: Option<PathBuf>,
}

/// Sends adds with distinct links, in turn for each key. What is answered is checked afterwards, by
/// the orders that are stored: a look at each answer would take the server's processor time.
const SCRIPT: &str = r#"
local threads = 0
function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end
function init(args)
  sent = 0
  headers = { ["Content-Type"] = "application/x-www-form-urlencoded" }
end
function request()
  sent = sent + 1
  local key = keys[(sent * 7 + number) % #keys + 1]
  local body = "key=" .. key .. "&action=add&service=1&quantity=1000&link=https://example.com/"
    .. run .. "/" .. number .. "/" .. sent
  return wrk.format("POST", "/api/v2", headers, body)
end
"#;

impl Load {
    /// The bare answer.
    pub(crate) fn plaintext(address: &str) -> Self {
        Self { url: format!("http://{address}/"), script: None }
    }

    /// Orders placed with `keys`.
    pub(crate) fn adds(
        folder: &Path,
        name: &str,
        address: &str,
        keys: &[String],
    ) -> Result<Self, Box<dyn Error>> {
        let path = folder.join(format!("{name}.lua"));
        let listed: Vec<String> = keys.iter().map(|key| format!("\"{key}\"")).collect();
        // The time tells runs apart, so that no link comes twice.
        let text =
            format!("keys = {{{}}}\nrun = \"{name}\" .. os.time()\n{SCRIPT}", listed.join(","));
        std::fs::write(&path, text)?;
        Ok(Self { url: format!("http://{address}"), script: Some(path) })
    }

    /// Runs for `seconds` over `connections`.
    pub(crate) fn run(&self, seconds: u32, connections: u32) -> Result<Figures, Box<dyn Error>> {
        let mut command = Command::new("wrk");
        command.args(["--latency", "-t2", &format!("-c{connections}"), &format!("-d{seconds}s")]);
        if let Some(script) = &self.script {
            command.arg("-s").arg(script);
        }
        let output = command.arg(&self.url).output()?;
        let text = String::from_utf8(output.stdout)?;
        if !output.status.success() {
            return Err(format!("wrk: {text}{}", String::from_utf8_lossy(&output.stderr)).into());
        }
        for trouble in ["Non-2xx", "Socket errors"] {
            if text.contains(trouble) {
                return Err(format!("wrk saw errors:\n{text}").into());
            }
        }
        let requests = text.lines().find(|line| line.contains(" requests in "));
        let requests = requests.and_then(|line| line.split_whitespace().next());
        let missing = || format!("wrk printed something unexpected:\n{text}");
        Ok(Figures {
            requests: requests.ok_or_else(missing)?.parse()?,
            per_second: field(&text, "Requests/sec:").ok_or_else(missing)?.parse()?,
            p99_ms: field(&text, "99%").and_then(milliseconds).ok_or_else(missing)?,
        })
    }
}

fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let line = text.lines().find(|line| line.trim_start().starts_with(name))?;
    line.split_whitespace().last()
}

/// Reads a time as wrk writes it: `870.00us`, `3.21ms`, `1.02s`.
fn milliseconds(text: &str) -> Option<f64> {
    let units = [("us", 0.001), ("ms", 1.0), ("s", 1_000.0)];
    units.iter().find_map(|(unit, factor)| {
        let number: f64 = text.strip_suffix(unit)?.parse().ok()?;
        Some(number * factor)
    })
}

#[cfg(test)]
mod tests {
    use super::milliseconds;

    #[test]
    fn times_as_wrk_writes_them() {
        for (text, expected) in [("870.00us", 0.87), ("3.21ms", 3.21), ("1.02s", 1_020.0)] {
            assert!((milliseconds(text).unwrap() - expected).abs() < 1e-9, "{text}");
        }
        assert_eq!(milliseconds("soon"), None);
    }
}
