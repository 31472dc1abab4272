//! What every command that answers with one value hands back.

use serde::Serialize;

use super::page::Page;

/// One value, two faces.
pub trait Report {
    /// The document's kind in JSON, such as `topics.plan`. A promise to scripts.
    const KIND: &'static str;

    /// The promised JSON: a wire struct of its own. Fields are only ever added.
    fn wire(&self) -> impl Serialize;

    /// The text for people.
    fn text(&self, page: &mut Page);
}

#[derive(Serialize)]
struct Document<T> {
    kind: &'static str,
    version: u32,
    data: T,
}

/// The JSON document of a report, pretty-printed, with a line end.
#[must_use]
pub fn document<R: Report>(report: &R) -> String {
    ended(serde_json::to_string_pretty(&whole(report)))
}

/// The same on one line, for streams of reports.
#[must_use]
pub fn line<R: Report>(report: &R) -> String {
    ended(serde_json::to_string(&whole(report)))
}

fn whole<R: Report>(report: &R) -> impl Serialize {
    Document { kind: R::KIND, version: 1, data: report.wire() }
}

/// A wire struct has string keys and finite numbers only, so writing it cannot fail; if it ever does, the reader gets
/// valid JSON that says so.
fn ended(written: serde_json::Result<String>) -> String {
    let mut text = written.unwrap_or_else(|error| {
        serde_json::json!({ "kind": "error", "message": error.to_string() }).to_string()
    });
    text.push('\n');
    text
}

/// The text of a report.
#[must_use]
pub fn text<R: Report>(report: &R, colour: bool) -> String {
    let mut page = Page::new(colour);
    report.text(&mut page);
    page.into_text()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Nothing;

    impl Report for Nothing {
        const KIND: &'static str = "nothing.list";

        fn wire(&self) -> impl Serialize {
            Vec::<u8>::new()
        }

        fn text(&self, page: &mut Page) {
            page.lit("nothing\n");
        }
    }

    #[test]
    fn an_empty_report_is_a_document_with_an_empty_list() {
        assert_eq!(
            document(&Nothing),
            "{\n  \"kind\": \"nothing.list\",\n  \"version\": 1,\n  \"data\": []\n}\n"
        );
        assert_eq!(text(&Nothing, false), "nothing\n");
    }
}
