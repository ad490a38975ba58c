//! A probe as `evid.yaml` declares it and `config.json` keeps it: what is asked, through what, how often, and what is expected. Also
//! loads the built-in probes, which are data: the code does not know what they ask.
use crate::bundle::probe::expect::Expect;
use crate::bundle::probe::time::Span;
use crate::canon::redact::{MARK, Redactor};
use crate::canon::yaml::Embedded;
use crate::value::Value;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Probe {
    /// Its name; no two probes have the same.
    pub name: String,
    /// The layer whose health it shows.
    pub layer: String,
    pub through: Through,
    /// GET by default; not for a command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<Method>,
    /// Path and query, such as `/health?deep=1`; `/` by default; not for a URL or a command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// The body of a POST.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    #[serde(default)]
    pub expect: Expect,
    /// How often it is asked; every answer must be right.
    #[serde(default = "three")]
    pub samples: u32,
    /// The time between two samples.
    #[serde(default = "one_second")]
    pub interval: Span,
    /// How long to wait for an answer.
    #[serde(default = "five_seconds")]
    pub timeout: Span,
}

/// How an app is reached.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum Through {
    /// The API server's proxy to a Service: one of its pods gives one answer.
    Service(Service),
    /// The API server's proxy to pods: each pod that matches is asked.
    Pod(Pod),
    /// A command in pods; its output is the answer, its exit code the status.
    Exec(Exec),
    /// A port forwarded to pods: each pod that matches is asked.
    PortForward(Pod),
    /// From this machine, without the cluster.
    Url(String),
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    pub namespace: String,
    pub name: String,
    /// Number or name of the Service's port.
    pub port: Port,
    /// `http` or `https`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheme: Option<String>,
}

/// Pods, by label selector or one by name, and their port.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pod {
    /// Their namespace. Only a built-in probe has none: it asks in every namespace where the layer has such pods.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// A label selector, in kubectl's form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selector: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Number or name of a container's port; the first one by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<Port>,
    /// `http` or `https`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheme: Option<String>,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exec {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// A label selector, in kubectl's form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selector: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The container; the pod's default one if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// Program and arguments; they run without a shell.
    pub command: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    Get,
    /// For an app that answers a question only to POST. Sent once for each sample, never again.
    Post,
}

/// A port by number or by name.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "Value")]
pub enum Port {
    /// Its number, not 0.
    Number(u16),
    /// Its name: lower-case letters, digits and `-`.
    Name(String),
}

impl TryFrom<Value> for Port {
    type Error = String;

    fn try_from(value: Value) -> Result<Self, String> {
        let number = value.as_u64().or_else(|| value.as_str()?.parse().ok());
        match (number, value.as_str()) {
            (Some(n), _) => u16::try_from(n).ok().filter(|n| *n > 0).map(Self::Number).ok_or_else(|| format!("there is no port {n}")),
            (None, Some(name)) if dns(name) && name.len() <= 63 => Ok(Self::Name(name.to_owned())),
            _ => Err(format!("`{value}` is neither the number nor the name of a port")),
        }
    }
}

impl From<Port> for Value {
    fn from(port: Port) -> Self {
        match port {
            Port::Number(n) => n.into(),
            Port::Name(name) => name.into(),
        }
    }
}

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(n) => n.fmt(f),
            Self::Name(name) => f.write_str(name),
        }
    }
}

fn three() -> u32 {
    3
}

fn one_second() -> Span {
    Span::seconds(1)
}

fn five_seconds() -> Span {
    Span::seconds(5)
}

/// Whether it is a name that Kubernetes accepts within a path.
fn dns(name: &str) -> bool {
    let simple = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.';
    !name.is_empty() && name.len() <= 253 && name.bytes().all(simple) && !name.starts_with(['-', '.']) && !name.ends_with(['-', '.'])
}

/// The field below the probe, and what is wrong with it.
type Wrong = (String, String);

impl Probe {
    /// Checks that it can be asked as it is declared. The configuration checks its layer and its siblings.
    ///
    /// # Errors
    /// The field, such as `through.pod.selector`, and what is wrong with it.
    pub fn check(&self, built_in: bool) -> Result<(), Wrong> {
        let wrong = |field: &str, what: &str| Err((field.to_owned(), what.to_owned()));
        if self.name.is_empty() || self.name.len() > 100 || self.name.chars().any(char::is_control) {
            return wrong("name", "one to 100 characters are wanted, none of them a control character");
        }
        if !(1..=100).contains(&self.samples) {
            return wrong("samples", "1 to 100 are wanted");
        }
        if self.timeout.time().is_zero() || self.timeout.time().as_secs() > 300 {
            return wrong("timeout", "more than nothing and at most 5m is wanted");
        }
        self.through.check(built_in)?;
        self.request()?;
        self.expect.check().map_err(|(field, what)| (format!("expect.{field}"), what))
    }

    /// Checks the fields that only some transports have.
    fn request(&self) -> Result<(), Wrong> {
        let wrong = |field: &str, what: &str| Err((field.to_owned(), what.to_owned()));
        if matches!(self.through, Through::Exec(_)) {
            let given = [
                ("method", self.method.is_some()),
                ("path", self.path.is_some()),
                ("body", self.body.is_some()),
                ("headers", !self.headers.is_empty()),
            ];
            return given.iter().find(|(_, g)| *g).map_or(Ok(()), |(field, _)| wrong(field, "a command has none"));
        }
        match &self.path {
            Some(_) if matches!(self.through, Through::Url(_)) => return wrong("path", "it is a part of the URL"),
            Some(path) => self::path(path).or_else(|what| wrong("path", what))?,
            None => {}
        }
        if self.body.is_some() && self.method() != Method::Post {
            return wrong("body", "only a POST has one: `method: POST`");
        }
        let token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
        let fine = |(k, v): (&String, &String)| {
            !k.is_empty() && (k.bytes().all(token) || k.contains(MARK)) && v.bytes().all(|b| b == b'\t' || b >= b' ' && b != 127)
        };
        self.headers.iter().find(|h| !fine(*h)).map_or(Ok(()), |(name, _)| wrong("headers", &format!("`{name}` can't be sent")))
    }

    pub fn method(&self) -> Method {
        self.method.unwrap_or(Method::Get)
    }

    pub fn path(&self) -> &str {
        self.path.as_deref().unwrap_or("/")
    }

    pub fn status(&self) -> i64 {
        self.expect.status.unwrap_or(if matches!(self.through, Through::Exec(_)) { 0 } else { 200 })
    }

    /// The form that is kept and judged: without the parts of the request that look secret. In the expectations, only texts that must be
    /// equal are redacted, in the same way as the answer's texts.
    #[must_use]
    pub fn redacted(&self, redactor: &Redactor) -> Self {
        let text = |t: &mut String| *t = redactor.text(t).into_owned();
        let mut probe = self.clone();
        let mut headers = crate::value::to_value(&probe.headers).unwrap_or_default();
        redactor.object(&mut headers);
        probe.headers = crate::value::from_value(headers).unwrap_or_default();
        probe.path.iter_mut().chain(&mut probe.body).for_each(text);
        match &mut probe.through {
            Through::Url(url) => text(url),
            Through::Exec(exec) => {
                let mut command = crate::value::json!({ "command": exec.command });
                redactor.object(&mut command);
                exec.command = command.get("command").and_then(|c| crate::value::from_value(c.clone()).ok()).unwrap_or_default();
            }
            Through::Service(_) | Through::Pod(_) | Through::PortForward(_) => {}
        }
        probe.expect.json.iter_mut().for_each(|c| c.redact(redactor));
        probe
    }
}

impl Through {
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Service(_) => "service",
            Self::Pod(_) => "pod",
            Self::Exec(_) => "exec",
            Self::PortForward(_) => "portForward",
            Self::Url(_) => "url",
        }
    }

    fn check(&self, built_in: bool) -> Result<(), Wrong> {
        let wrong = |field: &str, what: &str| Err((format!("through.{}{field}", self.as_str()), what.to_owned()));
        let scheme = |s: &Option<String>| s.as_deref().is_none_or(|s| matches!(s, "http" | "https"));
        let named = |namespace: &Option<String>, selector: &Option<String>, name: &Option<String>| match (selector, name) {
            _ if namespace.as_ref().map_or(!built_in, |n| !dns(n)) => wrong(".namespace", "the name of a namespace is wanted"),
            (Some(s), None) if !s.trim().is_empty() => Ok(()),
            (None, Some(n)) if dns(n) && namespace.is_some() => Ok(()),
            _ => wrong("", "one of `selector` (labels, as kubectl takes them) and `name` is wanted"),
        };
        match self {
            Self::Service(s) if !dns(&s.namespace) => wrong(".namespace", "the name of a namespace is wanted"),
            Self::Service(s) if !dns(&s.name) => wrong(".name", "the name of a Service is wanted"),
            Self::Service(s) if !scheme(&s.scheme) => wrong(".scheme", "`http` or `https` is wanted"),
            Self::Service(_) => Ok(()),
            Self::Pod(p) if !scheme(&p.scheme) => wrong(".scheme", "`http` or `https` is wanted"),
            Self::PortForward(p) if p.scheme.as_deref().is_some_and(|s| s != "http") => {
                wrong(".scheme", "a forwarded port speaks `http` only")
            }
            Self::Pod(p) | Self::PortForward(p) => named(&p.namespace, &p.selector, &p.name),
            Self::Exec(e) if e.command.first().is_none_or(String::is_empty) => wrong(".command", "it is empty"),
            Self::Exec(e) => named(&e.namespace, &e.selector, &e.name),
            Self::Url(url) => self::url(url).or_else(|what| wrong("", what)),
        }
    }
}

/// Checks that a path can be asked for: it stays below the app, and every byte can be sent. A redacted path can't be asked for.
fn path(path: &str) -> Result<(), &'static str> {
    let way = path.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase().replace("%2e", ".").replace("%2f", "/");
    if way.split('/').any(|s| s == ".." || s == ".") {
        Err("it has `..` or `.` in it")
    } else if path.contains(MARK) {
        Ok(())
    } else if !path.starts_with('/') {
        Err("it starts with `/`")
    } else if !path.bytes().all(|b| b.is_ascii_graphic() && b != b'#') {
        Err("it has a byte that must be escaped, as in `%20`")
    } else {
        Ok(())
    }
}

fn url(url: &str) -> Result<(), &'static str> {
    if url.contains(MARK) {
        return Ok(());
    }
    let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://")).ok_or("`http://` or `https://` is wanted")?;
    let (host, way) = rest.find(['/', '?']).and_then(|at| rest.split_at_checked(at)).unwrap_or((rest, "/"));
    if host.is_empty() {
        return Err("it names no host");
    }
    if host.contains('@') {
        return Err("credentials do not belong into it; send them as a header");
    }
    if !host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]_".contains(&b)) {
        return Err("its host can't be read");
    }
    if way.starts_with('?') { Err("a `/` is wanted before its `?`") } else { path(way) }
}

/// The built-in probes: what is asked of well-known apps if no probe is declared.
pub fn built_in() -> &'static [Probe] {
    static PROBES: Embedded<Vec<Probe>> = Embedded::new(include_str!("built_in.yaml"));
    PROBES.get()
}
