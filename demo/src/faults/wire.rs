//! Faults between client and server: answers that are refused, late, cut or garbled, and missing rights. All of it can change while the
//! server runs. Knows no route: a rule sees methods and paths.
use crate::world::status::Status;
use regex::Regex;
use serde_json::json;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What is done to a request or to its answer.
#[derive(Clone, Debug)]
pub enum Action {
    /// This Status is the answer; `details.retryAfterSeconds` becomes `Retry-After`.
    Fail(Status),
    /// These bytes are the answer: status, content type, body.
    Say(u16, &'static str, Vec<u8>),
    /// The right answer, delayed. Other rules still apply.
    Wait(Duration),
    /// The connection is closed before any answer.
    Close,
    /// The right answer, but the connection closes after so many bytes of the body; `Content-Length` promises all of them.
    CutLength(usize),
    /// The same with a chunked body.
    CutChunked(usize),
    /// Only so many bytes of the body, with a `Content-Length` that agrees.
    Truncate(usize),
    /// No answer ever.
    Never,
    /// The list without its items.
    EmptyList,
    /// A list whose last page has a `continue` token to an empty page, which has one too, and so on.
    Endless,
}

impl Action {
    /// 401.
    pub fn unauthorized() -> Self {
        Self::Fail(Status::new(401, "Unauthorized", "Unauthorized"))
    }

    /// 429 with `Retry-After`.
    pub fn too_many(seconds: u32) -> Self {
        let text = "Too many requests, please try again later.";
        Self::Fail(Status::new(429, "TooManyRequests", text).with(json!({"retryAfterSeconds": seconds})))
    }

    /// 500.
    pub fn internal() -> Self {
        Self::Fail(Status::new(500, "InternalError", "Internal error occurred: etcdserver: request timed out"))
    }

    /// 503.
    pub fn unavailable() -> Self {
        Self::Fail(Status::new(503, "ServiceUnavailable", "the server is currently unable to handle the request"))
    }

    /// 410 in the middle of a list, without a token to continue with.
    pub fn expired() -> Self {
        Self::Fail(Status::expired("The provided continue parameter is too old to display a consistent list result."))
    }
}

/// One fault, and when it applies.
#[derive(Clone, Debug)]
pub struct Rule {
    method: Option<String>,
    path: Regex,
    skip: u32,
    times: u32,
    action: Action,
    hits: u32,
}

impl Rule {
    /// A rule for a method (`*`: every one) and a pattern that is searched for in path and query (`^/api/v1/pods.*continue=`).
    ///
    /// # Errors
    /// Where the pattern is no regular expression.
    pub fn on(method: &str, path: &str, action: Action) -> Result<Self, regex::Error> {
        let method = (method != "*").then(|| method.to_owned());
        Ok(Self { method, path: Regex::new(path)?, skip: 0, times: u32::MAX, action, hits: 0 })
    }

    /// Applies only so many times.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    /// Lets the first so many requests pass.
    #[must_use]
    pub fn after(mut self, calls: u32) -> Self {
        self.skip = calls;
        self
    }

    fn meets(&mut self, method: &str, path: &str) -> bool {
        if self.method.as_deref().is_some_and(|m| m != method) || !self.path.is_match(path) {
            return false;
        }
        self.hits = self.hits.saturating_add(1);
        self.hits > self.skip && self.hits - self.skip <= self.times
    }
}

/// A right that the user lacks; empty parts mean any.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Denied {
    /// `list`, `get`, `create` …
    pub verb: String,
    /// `pods`, `deployments.apps`, `pods/exec`.
    pub resource: String,
    /// A namespace (a user without the right in one namespace does not have it across all either); empty: everywhere.
    pub namespace: String,
}

#[derive(Debug, Default)]
struct State {
    rules: Vec<Rule>,
    denied: Vec<Denied>,
    stale: Vec<String>,
}

/// All faults that are active now.
#[derive(Debug, Default)]
pub struct Faults(Mutex<State>);

impl Faults {
    /// Replaces all rules; their counts start at zero.
    pub fn set(&self, rules: Vec<Rule>) {
        self.state().rules = rules;
    }

    /// Replaces the rights that the user lacks.
    pub fn deny(&self, denied: Vec<Denied>) {
        self.state().denied = denied;
    }

    /// Group versions (`metrics.k8s.io/v1beta1`) that are registered but whose server is down.
    pub fn stale(&self, groups: Vec<String>) {
        self.state().stale = groups;
    }

    /// Removes all faults.
    pub fn clear(&self) {
        *self.state() = State::default();
    }

    /// For one request: how long to wait, and then what to do.
    pub(crate) fn of(&self, method: &str, path: &str) -> (Duration, Option<Action>) {
        let (mut wait, mut action) = (Duration::ZERO, None);
        for rule in &mut self.state().rules {
            if rule.meets(method, path) {
                match &rule.action {
                    Action::Wait(time) => wait += *time,
                    other => action = action.or_else(|| Some(other.clone())),
                }
            }
        }
        (wait, action)
    }

    /// Whether the user has a right. `namespace` is empty for the whole cluster.
    pub(crate) fn allows(&self, verb: &str, resource: &str, namespace: &str) -> bool {
        let meets = |rule: &str, is: &str| rule.is_empty() || is == "*" || rule == is;
        let inside = |rule: &str| meets(rule, namespace) || namespace.is_empty();
        !self.state().denied.iter().any(|d| meets(&d.verb, verb) && meets(&d.resource, resource) && inside(&d.namespace))
    }

    pub(crate) fn stale_groups(&self) -> Vec<String> {
        self.state().stale.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_meets_the_calls_that_it_names_and_no_others() {
        let faults = Faults::default();
        let second_page = Rule::on("GET", r"^/api/v1/pods\?.*continue=", Action::Close).unwrap().after(1).times(1);
        faults.set(vec![second_page, Rule::on("*", "pods", Action::Wait(Duration::from_secs(1))).unwrap()]);
        let ask = |method, path| {
            let (wait, action) = faults.of(method, path);
            (wait.as_secs(), action.is_some())
        };
        assert_eq!(ask("GET", "/api/v1/pods?limit=1"), (1, false));
        assert_eq!(ask("GET", "/api/v1/pods?limit=1&continue=a"), (1, false));
        assert_eq!(ask("GET", "/api/v1/pods?limit=1&continue=b"), (1, true));
        assert_eq!(ask("GET", "/api/v1/pods?limit=1&continue=c"), (1, false));
        assert_eq!(ask("GET", "/api/v1/nodes"), (0, false));
    }

    #[test]
    fn a_right_denied_in_one_namespace_is_there_in_others() {
        let faults = Faults::default();
        faults.deny(vec![Denied { verb: "list".into(), resource: "pods".into(), namespace: "a".into() }]);
        assert!(!faults.allows("list", "pods", "a"));
        assert!(faults.allows("list", "pods", "b") && faults.allows("get", "pods", "a") && faults.allows("list", "secrets", "a"));
        assert!(!faults.allows("list", "pods", ""));
    }
}
