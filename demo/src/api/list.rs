//! LIST: the whole list, or page by page. All pages show the moment at which the first page was read. Knows no form.
use super::ask::Ask;
use super::target::Target;
use crate::world::resource::Resource;
use crate::world::selector::Selector;
use crate::world::status::Status;
use crate::world::store::{Id, Store};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

/// The content of a `continue` token.
#[derive(Serialize, Deserialize)]
struct Token {
    v: String,
    /// The resourceVersion of the list; -1: the newest one when the token is used.
    rv: i64,
    /// The last object of the previous page.
    start: String,
}

impl Token {
    fn write(rv: i64, last: &Id) -> String {
        let token = Self { v: "meta.k8s.io/v1".into(), rv, start: format!("{}/{}\u{0}", last.namespace, last.name) };
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(&token).unwrap_or_default())
    }

    fn read(text: &str) -> Result<Self, Status> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok();
        let token = bytes.and_then(|b| serde_json::from_slice::<Self>(&b).ok()).filter(|t| t.v == "meta.k8s.io/v1");
        token.ok_or_else(|| Status::bad_request("continue key is not valid: illegal base64 data or version"))
    }

    fn last(&self, stem: &str) -> Id {
        let (namespace, name) = self.start.trim_end_matches('\u{0}').split_once('/').unwrap_or_default();
        Id::new(stem, namespace, name)
    }
}

pub(crate) struct Page {
    pub objects: Vec<Arc<Value>>,
    pub metadata: Value,
}

/// The stem under which the store keeps the objects of a resource: events are served under two groups.
pub(crate) fn stored(resource: &Resource) -> String {
    let stem = resource.stem();
    if stem == "events.events.k8s.io" { "events".into() } else { stem }
}

/// An object in the form that its resource serves.
pub(crate) fn shown<'a>(resource: &Resource, object: &'a Arc<Value>) -> Cow<'a, Arc<Value>> {
    if resource.stem() != "events.events.k8s.io" {
        return Cow::Borrowed(object);
    }
    let names = [
        ("involvedObject", "regarding"),
        ("message", "note"),
        ("source", "deprecatedSource"),
        ("firstTimestamp", "deprecatedFirstTimestamp"),
        ("lastTimestamp", "deprecatedLastTimestamp"),
        ("count", "deprecatedCount"),
        ("reportingComponent", "reportingController"),
    ];
    let name = |k: &String| names.iter().find(|(a, _)| a == k).map_or(k.clone(), |(_, b)| (*b).to_owned());
    let mut new: Value = object.as_object().into_iter().flatten().map(|(k, v)| (name(k), v.clone())).collect();
    new["apiVersion"] = resource.api_version().into();
    Cow::Owned(Arc::new(new))
}

/// The page that is asked for.
///
/// # Errors
/// 400 for selectors and tokens that can't be read, 410 for a resourceVersion that is forgotten, 504 for one that does not exist yet.
pub(crate) fn page(store: &Store, target: &Target, ask: &Ask) -> Result<Page, Status> {
    let (resource, stem) = (&target.resource, stored(&target.resource));
    let param = |name| ask.param(name).unwrap_or_default();
    let selector = Selector::parse(&stem, &param("labelSelector"), &param("fieldSelector"))?;
    let limit = param("limit").parse::<usize>().unwrap_or(0);
    let token = match param("continue") {
        text if text.is_empty() => None,
        _ if !matches!(param("resourceVersion").as_str(), "" | "0") => {
            return Err(Status::bad_request("specifying resource version is not allowed when using continue"));
        }
        text => Some(Token::read(&text)?),
    };
    let start = token.as_ref().map(|t| t.last(&stem));
    let (version, objects) = moment(store, target, &stem, token.as_ref(), &param("resourceVersion"), &param("resourceVersionMatch"))?;
    let first = start.map_or(Bound::Unbounded, Bound::Excluded);
    let (mut found, mut last, mut seen) = (Vec::new(), None, 0);
    let all = objects.range((first, Bound::Unbounded));
    let total = if limit > 0 { all.clone().count() } else { 0 };
    for (id, object) in all {
        if limit > 0 && found.len() == limit {
            break;
        }
        seen += 1;
        last = Some(id);
        if selector.matches(object) {
            found.push(shown(resource, object).into_owned());
        }
    }
    let mut metadata = json!({"resourceVersion": version.to_string()});
    if resource.custom {
        metadata["continue"] = "".into();
    }
    if let Some(last) = last.filter(|_| seen < total) {
        metadata["continue"] = Token::write(i64::try_from(version).unwrap_or(i64::MAX), last).into();
        if selector.is_empty() {
            metadata["remainingItemCount"] = (total - seen).into();
        }
    }
    Ok(Page { objects: found, metadata })
}

type Moment = (u64, BTreeMap<Id, Arc<Value>>);

fn moment(store: &Store, target: &Target, stem: &str, token: Option<&Token>, version: &str, exact: &str) -> Result<Moment, Status> {
    let namespace = (!target.namespace.is_empty()).then_some(target.namespace.as_str());
    let now = store.version();
    let at = |version| store.as_of(stem, namespace, version).map(|o| (version, o));
    if let Some(token) = token {
        let version = u64::try_from(token.rv).unwrap_or(now);
        return at(version).ok_or_else(|| {
            let text = "The provided continue parameter is too old to display a consistent list result. You can start a new list without \
                the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with \
                the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the \
                first chunk was returned and now may show up in the list.";
            Status { next: Some(Token::write(-1, &token.last(stem))), ..Status::expired(text) }
        });
    }
    let wanted = match version {
        "" => 0,
        text => text.parse::<u64>().map_err(|_| Status::bad_request(format!("Invalid value: {text:?}: strconv.ParseUint: parsing")))?,
    };
    if wanted > now {
        let details =
            json!({"causes": [{"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}], "retryAfterSeconds": 1});
        return Err(Status::new(504, "Timeout", format!("Too large resource version: {wanted}, current: {now}")).with(details));
    }
    let version = if exact == "Exact" { wanted } else { now };
    at(version).ok_or_else(|| Status::expired("The resourceVersion for the provided list is too old."))
}

/// A token for an empty page after the last object.
pub(crate) fn endless(version: u64) -> String {
    Token::write(i64::try_from(version).unwrap_or(i64::MAX), &Id::new("", "\u{10ffff}", ""))
}
