//! The load generator: wrk, a kept one, as a process of its own.

use crate::Failed;
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

/// Connections of the load generator, spread over two threads.
const CONNECTIONS: &str = "-c128";

/// Runs `script` (nothing for a bare GET) with `headers` on `url` for `seconds`.
pub(crate) fn run(
    url: &str,
    script: Option<&std::path::Path>,
    headers: &[String],
    seconds: u32,
) -> Result<Figures, Failed> {
    let mut command = Command::new("wrk");
    command.args(["--latency", "-t2", CONNECTIONS, &format!("-d{seconds}s")]);
    for header in headers {
        command.args(["-H", header]);
    }
    if let Some(script) = script {
        command.arg("-s").arg(script);
    }
    let output = command.arg(url).output()?;
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
