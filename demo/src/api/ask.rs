//! One request, parsed. Knows no store.
use crate::world::status::Status;
use crate::world::yaml;
use bytes::Bytes;
use http::{HeaderMap, Method, header};
use serde_json::Value;

/// A request whose body was read.
pub(crate) struct Ask {
    pub method: Method,
    /// The path as sent, without the query.
    pub path: String,
    pub query: String,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// The object of a body that is neither JSON nor YAML (protobuf), if it could be read.
    pub decoded: Option<Value>,
}

impl Ask {
    pub fn param(&self, name: &str) -> Option<String> {
        self.params(name).into_iter().next()
    }

    pub fn params(&self, name: &str) -> Vec<String> {
        let pairs = self.query.split('&').map(|p| p.split_once('=').unwrap_or((p, "")));
        pairs.filter(|(k, _)| decode(k, true) == name).map(|(_, v)| decode(v, true)).collect()
    }

    pub fn flag(&self, name: &str) -> bool {
        self.param(name).is_some_and(|v| matches!(v.as_str(), "true" | "1" | "True"))
    }

    /// A header's text; empty if there is no such header.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }

    /// The content type without parameters.
    pub fn content_type(&self) -> &str {
        self.header("content-type").split(';').next().unwrap_or_default().trim()
    }

    pub fn user(&self) -> &str {
        match self.header("impersonate-user") {
            "" => "demo",
            user => user,
        }
    }

    /// The name of the field manager: `fieldManager`, else the first word of the user agent.
    pub fn manager(&self) -> String {
        let agent = || self.header(header::USER_AGENT.as_str()).split('/').next().unwrap_or_default().to_owned();
        self.param("fieldManager").filter(|m| !m.is_empty()).unwrap_or_else(agent)
    }

    pub fn dry(&self) -> bool {
        self.param("dryRun").is_some_and(|v| v == "All")
    }

    /// The body as one object, JSON or YAML.
    ///
    /// # Errors
    /// 415 for another type, 400 for a body that can't be read.
    pub fn object(&self) -> Result<Value, Status> {
        let unknown = || {
            let types = "application/json, application/yaml, application/vnd.kubernetes.protobuf";
            let text = format!("the body of the request was in an unknown format - accepted media types include: {types}");
            Status::new(415, "UnsupportedMediaType", text)
        };
        let is_yaml = match self.content_type() {
            "application/vnd.kubernetes.protobuf" => return self.decoded.clone().ok_or_else(unknown),
            "" | "application/json" => false,
            "application/yaml" | "application/apply-patch+yaml" => true,
            _ => return Err(unknown()),
        };
        let text = std::str::from_utf8(&self.body).map_err(|e| Status::bad_request(e.to_string()))?;
        // JSON is YAML, except for keys that have a meaning in YAML.
        let value = match serde_json::from_str(text) {
            Err(_) if is_yaml => yaml::read(text),
            read => read.map_err(|e| e.to_string()),
        };
        let value: Value = value.map_err(|e| Status::bad_request(format!("the object provided is unrecognized: {e}")))?;
        if value.is_object() { Ok(value) } else { Err(Status::bad_request("the object provided is unrecognized (must be an object)")) }
    }
}

/// Percent-decoding; in a query, a plus is a space.
pub(crate) fn decode(text: &str, plus: bool) -> String {
    let (mut out, bytes, mut i) = (Vec::new(), text.as_bytes(), 0);
    while i < bytes.len() {
        let hex = bytes.get(i + 1..i + 3).and_then(|h| std::str::from_utf8(h).ok()).and_then(|h| u8::from_str_radix(h, 16).ok());
        match (bytes[i], hex) {
            (b'%', Some(byte)) => {
                out.push(byte);
                i += 2;
            }
            (b'+', _) if plus => out.push(b' '),
            (byte, _) => out.push(byte),
        }
        i += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_signs_are_read() {
        assert_eq!(decode("a%3Db%2Cc+d%zz", true), "a=b,c d%zz");
    }
}
