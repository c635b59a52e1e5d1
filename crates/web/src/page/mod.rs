//! The reference of the panel API, as a page for resellers and their programmers.

mod markdown;

use crate::Shared;
use axum::Router;
use axum::body::Bytes;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use std::sync::Arc;

/// The one text of the reference, read in the repository and in the browser.
const REFERENCE: &str = include_str!("../../../../docs/PANEL-API.md");

/// The stylesheet, by a path of its own: styles within the page are forbidden to it.
const STYLE: &str = include_str!("style.css");
const STYLE_PATH: &str = "/reference.css";

/// Nothing but the page itself and its stylesheet; no script, no frame, no form.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";

/// After an update an old page may stay for as long as this.
const CACHED: &str = "public, max-age=300";

/// The page and its stylesheet. The page is rendered now, once.
pub(crate) fn routes() -> Router<Arc<Shared>> {
    let page = Bytes::from(render(REFERENCE));
    Router::new()
        .route("/", get(move || async move { answer("text/html; charset=utf-8", page) }))
        .route(STYLE_PATH, get(async || answer("text/css; charset=utf-8", STYLE.into())))
}

fn answer(content_type: &'static str, body: Bytes) -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, content_type),
        (header::CACHE_CONTROL, CACHED),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (headers, body)
}

fn render(text: &str) -> String {
    let article = markdown::render(text);
    let title = markdown::escaped(&article.title);
    let body = article.html;
    format!(
        "<!doctype html>\n\
         <html lang=\"en\">\n\
         <head>\n\
         <meta charset=\"utf-8\">\n\
         <title>{title}</title>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <link rel=\"stylesheet\" href=\"{STYLE_PATH}\">\n\
         </head>\n\
         <body>\n\
         <main>\n{body}</main>\n\
         </body>\n\
         </html>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_is_a_page() {
        let page = render(REFERENCE);
        assert!(page.starts_with("<!doctype html>\n<html lang=\"en\">"), "{page}");
        let (_, after) = page.split_once("<title>").unwrap();
        let (title, _) = after.split_once("</title>").unwrap();
        assert!(!title.trim().is_empty());
        assert!(page.contains("<h1 id="), "the reference has a heading");
        // What the policy forbids would be dead, or worse, if the policy ever went.
        for forbidden in ["<script", " style=", "<style", "<iframe", "<form", "=\"javascript:"] {
            assert!(!page.contains(forbidden), "{forbidden}");
        }
    }

    #[test]
    fn the_reference_links_to_headings_that_are_there() {
        let page = render(REFERENCE);
        for link in page.split("href=\"#").skip(1) {
            let (target, _) = link.split_once('"').unwrap();
            assert!(page.contains(&format!(" id=\"{target}\"")), "#{target} leads nowhere");
        }
    }
}
