//! The page as the tests read it: examples and tables.

use std::ops::Range;

/// Where the page is.
pub(crate) const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/PANEL-API.md");

/// The page.
pub(crate) struct Page {
    pub(crate) text: String,
    pub(crate) examples: Vec<Example>,
}

/// A call and its reply.
#[derive(Debug)]
pub(crate) struct Example {
    pub(crate) name: String,
    pub(crate) command: String,
    pub(crate) reply: String,
    /// The lines of the reply, without those of the fence.
    pub(crate) reply_lines: Range<usize>,
}

/// A block between two fences.
struct Block<'t> {
    info: &'t str,
    lines: Range<usize>,
}

impl Page {
    pub(crate) fn read() -> Self {
        Self::parse(std::fs::read_to_string(PATH).unwrap()).unwrap()
    }

    fn parse(text: String) -> Result<Self, String> {
        let examples = examples(&text)?;
        for (place, example) in examples.iter().enumerate() {
            if examples.iter().take(place).any(|other| other.name == example.name) {
                return Err(format!("two examples are named {}", example.name));
            }
        }
        Ok(Self { text, examples })
    }

    /// The text with a blank in place of each line break.
    pub(crate) fn flat(&self) -> String {
        self.text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The cells of the one table with these headings, row by row.
    pub(crate) fn table(&self, headings: &[&str]) -> Vec<Vec<&str>> {
        let rows: Vec<Vec<&str>> = self.text.lines().map(cells).collect();
        let mut tables = rows
            .split(|cells| cells.is_empty())
            .filter(|t| t.first().is_some_and(|h| h == headings));
        let table = tables.next().unwrap_or_else(|| panic!("no table with {headings:?}"));
        assert!(tables.next().is_none(), "two tables with {headings:?}");
        table.iter().skip(2).cloned().collect()
    }

    /// The page with other replies, in the order of the examples.
    pub(crate) fn with_replies(&self, replies: &[String]) -> String {
        let lines: Vec<&str> = self.text.lines().collect();
        let mut out = String::new();
        let mut next = 0;
        for (example, reply) in self.examples.iter().zip(replies) {
            let kept = lines.get(next..example.reply_lines.start).unwrap();
            for line in kept.iter().copied().chain(reply.lines()) {
                out.push_str(line);
                out.push('\n');
            }
            next = example.reply_lines.end;
        }
        for line in lines.iter().skip(next) {
            out.push_str(line);
            out.push('\n');
        }
        out
    }
}

/// What stands between backticks.
pub(crate) fn codes(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

/// The cells of a row; none when the line is no row.
fn cells(line: &str) -> Vec<&str> {
    let inner = line.strip_prefix('|').and_then(|line| line.strip_suffix('|'));
    inner.map_or_else(Vec::new, |inner| inner.split('|').map(str::trim).collect())
}

fn examples(text: &str) -> Result<Vec<Example>, String> {
    let lines: Vec<&str> = text.lines().collect();
    let joined = |range: &Range<usize>| lines.get(range.clone()).unwrap_or_default().join("\n");
    let mut examples = Vec::new();
    let mut blocks = blocks(&lines)?.into_iter().peekable();
    while let Some(block) = blocks.next() {
        let place = block.lines.start;
        let Some(name) = block.info.strip_prefix("sh example=") else {
            return Err(format!(
                "line {place}: a block of neither call nor reply, `{}`",
                block.info
            ));
        };
        let reply = blocks.next().filter(|reply| reply.info == "json");
        let reply = reply.ok_or_else(|| format!("example {name} has no reply"))?;
        let between = block.lines.end.saturating_add(1)..reply.lines.start.saturating_sub(1);
        if !joined(&between).trim().is_empty() {
            return Err(format!("something stands between example {name} and its reply"));
        }
        examples.push(Example {
            name: name.to_owned(),
            command: joined(&block.lines),
            reply: joined(&reply.lines),
            reply_lines: reply.lines,
        });
    }
    Ok(examples)
}

fn blocks<'t>(lines: &[&'t str]) -> Result<Vec<Block<'t>>, String> {
    let mut blocks = Vec::new();
    let mut open: Option<(&str, usize)> = None;
    for (number, line) in lines.iter().enumerate() {
        let Some(info) = line.strip_prefix("```") else { continue };
        open = match open {
            None => Some((info, number.saturating_add(1))),
            Some((info_of, start)) if info.is_empty() => {
                blocks.push(Block { info: info_of, lines: start..number });
                None
            }
            Some(_) => return Err(format!("line {number}: a block within a block")),
        };
    }
    if open.is_some() { Err(String::from("a block without an end")) } else { Ok(blocks) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: &str = "text\n\n```sh example=a\ncurl \\\n  x\n```\n\n```json\n{}\n```\n\nend\n";

    #[test]
    fn an_example_is_a_call_and_a_reply() {
        let page = Page::parse(SHORT.to_owned()).unwrap();
        let [example] = page.examples.as_slice() else { panic!("{:?}", page.examples) };
        assert_eq!((example.name.as_str(), example.command.as_str()), ("a", "curl \\\n  x"));
        assert_eq!((example.reply.as_str(), example.reply_lines.clone()), ("{}", 8..9));
        assert_eq!(page.with_replies(&[String::from("{}")]), SHORT);
        let other = page.with_replies(&[String::from("[\n1\n]")]);
        assert_eq!(other, SHORT.replace("{}", "[\n1\n]"));
    }

    #[test]
    fn a_broken_page_is_found_out() {
        for (broken, text) in [
            (SHORT.replace("```json\n{}\n```\n", ""), "example a has no reply"),
            (SHORT.replace("\n\n```json", "\n\nand\n\n```json"), "something stands between"),
            (SHORT.replace("sh example=a", "sh"), "a block of neither call nor reply"),
            (SHORT.replace("\n```\n\nend", ""), "a block without an end"),
            (SHORT.repeat(2), "two examples are named a"),
        ] {
            let error = Page::parse(broken).err().unwrap_or_default();
            assert!(error.contains(text), "{error}, not: {text}");
        }
    }

    #[test]
    fn a_table_is_found_by_its_headings() {
        let text = "| a | b |\n|--|--|\n| `1` or `2` | |\n\n| a | c |\n|--|--|\n";
        let page = Page::parse(text.to_owned()).unwrap();
        let rows = page.table(&["a", "b"]);
        assert_eq!(rows, [["`1` or `2`", ""]]);
        assert_eq!(codes(rows[0][0]), ["1", "2"]);
    }
}
