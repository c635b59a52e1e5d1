//! Markdown to HTML, with what a reference needs besides: headings that can be linked to, and
//! tables that scroll by themselves on a narrow screen.

use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};
use std::collections::HashMap;

/// A rendered text.
#[derive(Debug)]
pub(super) struct Article {
    /// The text of its first heading of the first level.
    pub(super) title: String,
    /// Its HTML.
    pub(super) html: String,
}

/// Renders Markdown of our own: raw HTML in it would be taken over as it stands.
pub(super) fn render(text: &str) -> Article {
    let mut events: Vec<Event<'_>> = Parser::new_ext(text, Options::ENABLE_TABLES).collect();
    let title = name_headings(&mut events);
    let events = events.into_iter().flat_map(|event| match event {
        // Alignment would become a style attribute, which the page's policy forbids.
        Event::Start(Tag::Table(columns)) => {
            let columns = vec![pulldown_cmark::Alignment::None; columns.len()];
            // A region that scrolls must be reachable by keyboard, and say what it is.
            let open =
                "<div class=\"table\" tabindex=\"0\" role=\"region\" aria-label=\"Table\">\n";
            vec![Event::Html(CowStr::from(open)), Event::Start(Tag::Table(columns))]
        }
        Event::End(TagEnd::Table) => {
            vec![Event::End(TagEnd::Table), Event::Html(CowStr::from("</div>\n"))]
        }
        other => vec![other],
    });
    let mut out = String::new();
    html::push_html(&mut out, events);
    Article { title, html: out }
}

/// Gives every heading an id made of its text, as forges do, so that links within the text work
/// there and here. Returns the title.
fn name_headings(events: &mut [Event<'_>]) -> String {
    let mut title = None;
    let mut used: HashMap<String, usize> = HashMap::new();
    for start in 0..events.len() {
        let (before, rest) = events.split_at_mut(start.saturating_add(1));
        let Some(Event::Start(Tag::Heading { level, id, .. })) = before.last_mut() else {
            continue;
        };
        let within = rest.iter().take_while(|e| !matches!(e, Event::End(TagEnd::Heading(_))));
        let text: String = within
            .filter_map(|event| match event {
                Event::Text(text) | Event::Code(text) => Some(&**text),
                _ => None,
            })
            .collect();
        let name = slug(&text);
        let count = used.entry(name.clone()).or_default();
        let unique = if *count == 0 { name } else { format!("{name}-{count}") };
        *count = count.saturating_add(1);
        *id = Some(CowStr::from(unique));
        if *level == HeadingLevel::H1 {
            title.get_or_insert(text);
        }
    }
    title.unwrap_or_else(|| String::from("Panel API"))
}

fn slug(text: &str) -> String {
    let kept = text.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

/// Text as it stands in HTML.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_named_by_their_text() {
        let article =
            render("# The *panel* API\n\n## `add`: an order\n\n## Errors\n\ntext\n\n## Errors\n");
        assert_eq!(article.title, "The panel API");
        for heading in [
            "<h1 id=\"the-panel-api\">The <em>panel</em> API</h1>",
            "<h2 id=\"add-an-order\"><code>add</code>: an order</h2>",
            "<h2 id=\"errors\">Errors</h2>",
            "<h2 id=\"errors-1\">Errors</h2>",
        ] {
            assert!(article.html.contains(heading), "{}", article.html);
        }
        assert_eq!(render("no heading").title, "Panel API");
    }

    #[test]
    fn tables_scroll_and_have_no_styles() {
        let html = render("| a | b |\n|:--|--:|\n| 1 | 2 |\n").html;
        assert!(html.starts_with("<div class=\"table\" tabindex=\"0\""), "{html}");
        assert!(html.contains("<td>1</td>") && html.trim_end().ends_with("</table>\n</div>"));
        assert!(!html.contains("style="), "{html}");
    }

    #[test]
    fn a_title_is_text() {
        assert_eq!(escaped("a < b & c"), "a &lt; b &amp; c");
    }
}
