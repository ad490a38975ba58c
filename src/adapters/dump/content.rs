//! Turns one file's text into the answers in it: lists and single objects, split by kind, each item with its apiVersion and kind. Knows
//! nothing of file names and of other files.
use crate::adapters::dump::answer::{Answer, DISCOVERY, Listing, Take, is_event, kind_of_list};
use crate::adapters::dump::walk::{Form, Found};
use crate::adapters::dump::window::{CHUNK, Window};
use crate::adapters::dump::{Problem, open};
use crate::canon::yaml::{Document, Malformed, Part};
use crate::canon::{strict, yaml};
use crate::model::meta::text;
use crate::value::Value;
use std::io::Read;

#[derive(Debug)]
pub(super) struct Content<I> {
    pub answers: Vec<Answer<I>>,
    pub problems: Vec<Problem>,
    /// What the API server wrote in place of an answer, each with its line.
    pub refusals: Vec<(usize, String)>,
    /// The highest resourceVersion of its events, which are not kept.
    pub events: Option<u64>,
    pub empty: bool,
}

/// Reads a file; each object is taken as soon as it is read. A text of which something is wrong is read again as a whole, to say what.
pub(super) fn read<I: Default>(found: &Found, take: Take<'_, I>) -> Content<I> {
    let file = &found.file;
    match found.form {
        Form::Json => {
            let parts = open::bytes(found).ok().and_then(|opened| of_json(file, opened.bytes, CHUNK, opened.most, take));
            parts.unwrap_or_else(|| whole(file, Form::Json, open::text(found), take))
        }
        Form::Yaml => {
            let text = open::text(found);
            let parts = text.as_ref().ok().and_then(|text| in_parts(file, take, |part| yaml::parts(text, part).ok()));
            parts.unwrap_or_else(|| whole(file, Form::Yaml, text, take))
        }
    }
}

fn of_json<I: Default>(file: &str, bytes: Box<dyn Read>, chunk: usize, most: u64, take: Take<'_, I>) -> Option<Content<I>> {
    let mut window = Window::new(bytes, chunk);
    in_parts(file, take, |part| window.parts(part).filter(|()| window.read() <= most))
}

/// None where something is wrong.
fn in_parts<I: Default>(file: &str, take: Take<'_, I>, read: impl FnOnce(yaml::Take<'_>) -> Option<()>) -> Option<Content<I>> {
    let mut reader = Reader::new(file, take);
    let mut listing: Option<Listing<I>> = None;
    read(&mut |part| {
        match part {
            Part::List(head) => listing = Some(Listing::new(&head)),
            Part::Item(item) => listing.as_mut()?.add(item, take).ok()?,
            Part::Document(Document { value: head, line }) => match listing.take() {
                Some(listing) => {
                    kind_of_list(&head)?;
                    reader.content.empty = false;
                    reader.content.answers.extend(listing.answers(&head));
                }
                None => reader.document(head, line),
            },
        }
        Some(())
    })?;
    (reader.content.problems.is_empty() && reader.content.refusals.is_empty()).then(|| reader.finish())
}

fn whole<I: Default>(file: &str, form: Form, text: Result<String, String>, take: Take<'_, I>) -> Content<I> {
    let mut reader = Reader::new(file, take);
    let wrong = text.map_or_else(Some, |text| reader.text(form, &text).map(|error| error.to_string()));
    if let Some(what) = wrong {
        reader.content.empty = false;
        reader.content.problems.push(Problem::new(file, None, what));
    }
    reader.finish()
}

/// The documents of a text up to the first error, and that error.
fn documents(form: Form, text: &str) -> (Vec<Document>, Option<Malformed>) {
    match form {
        Form::Json => strict::documents(text),
        Form::Yaml => yaml::documents(text),
    }
}

/// The first value of a text; none if a part of it can't be read.
pub(super) fn value(form: Form, text: &str) -> Option<Value> {
    let (found, error) = documents(form, text);
    found.into_iter().next().filter(|_| error.is_none()).map(|document| document.value)
}

struct Reader<'a, I> {
    file: &'a str,
    take: Take<'a, I>,
    content: Content<I>,
    single: Listing<I>,
}

impl<'a, I: Default> Reader<'a, I> {
    fn new(file: &'a str, take: Take<'a, I>) -> Self {
        let content = Content { answers: Vec::new(), problems: Vec::new(), refusals: Vec::new(), events: None, empty: true };
        Self { file, take, content, single: Listing::default() }
    }

    /// Reads the documents of a text; gives the error at which it ended.
    fn text(&mut self, form: Form, text: &str) -> Option<Malformed> {
        let (found, error) = documents(form, text);
        found.into_iter().for_each(|document| self.document(document.value, document.line));
        error
    }

    fn document(&mut self, value: Value, line: usize) {
        self.content.empty &= value.is_null();
        match value {
            Value::Array(values) => values.into_iter().for_each(|v| self.value(v, line)),
            value => self.value(value, line),
        }
    }

    fn value(&mut self, mut value: Value, line: usize) {
        if value.is_null() {
            return;
        }
        let kind = text(&value, "/kind");
        if kind == "Status" && text(&value, "/apiVersion") == "v1" {
            let what = format!("{} {}", text(&value, "/reason"), text(&value, "/message"));
            self.content.refusals.push((line, what.trim().to_owned()));
        } else if DISCOVERY.contains(&kind) {
            // Descriptions of kinds are no answers.
        } else if let Some(items) = kind_of_list(&value).is_some().then(|| value.get_mut("items").map(Value::take)).flatten() {
            let items = match items {
                Value::Array(items) => items,
                Value::Null => Vec::new(),
                _ => return self.content.problems.push(Problem::new(self.file, Some(line), "`items` is no list".into())),
            };
            self.list(&value, items, line);
        } else if let Err(what) = self.single.add(value, self.take) {
            self.content.problems.push(Problem::new(self.file, Some(line), what));
        }
    }

    fn list(&mut self, head: &Value, items: Vec<Value>, line: usize) {
        self.content.empty = false;
        let mut listing = Listing::new(head);
        for (at, item) in items.into_iter().enumerate() {
            let wrong = listing.add(item, self.take).err().map(|what| format!("item {}: {what}", at + 1));
            self.content.problems.extend(wrong.map(|what| Problem::new(self.file, Some(line), what)));
        }
        self.content.answers.extend(listing.answers(head));
    }

    fn finish(mut self) -> Content<I> {
        self.content.answers.extend(self.single.singles());
        let events = self.content.answers.iter().filter(|a| is_event(&a.group, a.kind.as_deref()));
        let number = |version: &Option<String>| version.as_deref().and_then(|v| v.parse().ok());
        self.content.events = events.map(|a| number(&a.resource_version).max(a.seen.highest)).max().flatten();
        self.content
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::json;
    use proptest::prelude::*;

    fn said(content: Option<Content<Vec<Value>>>) -> Option<String> {
        content.map(|content| format!("{content:?}"))
    }

    fn keep(item: Value, list: &mut Vec<Value>) {
        list.push(item);
    }

    fn in_parts(text: &str, chunk: usize) -> Option<String> {
        said(of_json("f", Box::new(std::io::Cursor::new(text.as_bytes().to_vec())), chunk, 1 << 20, &keep))
    }

    fn at_once(form: Form, text: &str) -> Option<String> {
        said(Some(whole("f", form, Ok(text.to_owned()), &keep)))
    }

    fn texts() -> [String; 3] {
        let pod = |name: &str| json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "n": 12.50, "é": "]},\\\""}});
        let answered = json!({"kind": "PodList", "apiVersion": "v1", "metadata": {"resourceVersion": "7", "continue": "x"}});
        let mut plain = answered.to_string();
        plain.insert_str(plain.len() - 1, r#", "items": [{"metadata": {"name": "a"}} , {"metadata": {"name": "b"}}]"#);
        let printed = json!({"apiVersion": "v1", "items": [pod("a"), pod("b")], "kind": "List", "metadata": {"resourceVersion": ""}});
        [plain, format!("{printed}\n{}\n{}\n", pod("c"), printed), r#" {"kind": "PodList", "apiVersion": "v1", "items": [ ]} "#.into()]
    }

    #[test]
    fn what_the_api_server_and_kubectl_write_is_read_in_parts() {
        for text in texts() {
            assert!(in_parts(&text, 1).is_some(), "{text}");
            let texts = text.replace("\n", "\n---\n");
            let of_yaml = said(super::in_parts("f", &keep, |part| yaml::parts(&texts, part).ok()));
            assert!(of_yaml.is_some_and(|parts| Some(parts) == at_once(Form::Yaml, &texts)), "{texts}");
        }
    }

    proptest! {
        /// However it is cut into parts, and whatever is missing or stands there twice.
        #[test]
        fn a_text_that_is_read_in_parts_is_read_as_it_is_at_once(
            which in 0..3_usize, chunk in 1..80_usize, from in 0..600_usize, len in 0..40_usize, put in "[a-z0-9{}:,\"\\[\\] ]{0,3}",
        ) {
            let mut text = texts()[which].clone();
            let from = text.floor_char_boundary(from);
            let to = text.floor_char_boundary(from + len);
            for text in [text.clone(), { text.replace_range(from..to, &put); text }] {
                prop_assert!(in_parts(&text, chunk).is_none_or(|parts| Some(parts) == at_once(Form::Json, &text)), "{}", text);
                let of_yaml = said(super::in_parts("f", &keep, |part| yaml::parts(&text, part).ok()));
                prop_assert!(of_yaml.is_none_or(|parts| Some(parts) == at_once(Form::Yaml, &text)), "{}", text);
            }
        }
    }
}
