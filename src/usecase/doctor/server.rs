//! The API server: whether it can be reached, and if not, where on the way it fails; its version, its clock, who it takes the user for.
use crate::usecase::cluster::LiveError;
use crate::usecase::cluster::port::{Api, Ask, Clock, Method, NoReply, Reply, of_argo};
use crate::usecase::doctor::{Code, Line};
use crate::value::{Value, json};
use chrono::{DateTime, Utc};

/// The minor versions of Kubernetes 1 whose kinds the rules know.
const KNOWN: std::ops::RangeInclusive<u32> = 23..=36;

/// Asks for the version: three steps in one request. False where nothing more can be asked.
pub(super) fn reach(api: &dyn Api, clock: &dyn Clock, lines: &mut Vec<Line>) -> bool {
    let before = clock.now();
    let answer = api.send(&Ask::get("/version"));
    let after = clock.now();
    let reply = match answer {
        Ok(reply) => reply,
        Err(silence) => {
            lines.push(Line::problem(trouble(&silence)).with("why", &silence));
            return false;
        }
    };
    if reply.status == 401 {
        lines.push(refused(&reply.message()));
        return false;
    }
    let version = reply.json().ok().and_then(|v| v.get("gitVersion")?.as_str().map(str::to_owned));
    if version.is_none() && reply.status != 403 {
        lines.push(Line::problem(Code::ServerOther).with("status", reply.status).with("why", reply.message()));
        return false;
    }
    lines.push(Line::ok(Code::ServerAnswers).with("millis", (after - before).num_milliseconds()));
    lines.push(version.map_or_else(|| Line::note(Code::VersionHidden), |v| of_version(&v)));
    lines.push(of_clock(&reply, before, after));
    true
}

/// On which part of the way a request was lost, by what the client says of it.
fn trouble(silence: &NoReply) -> Code {
    const SIGNS: &[(&str, Code)] = &[
        ("proxy", Code::ServerProxy),
        ("connection refused", Code::ServerRefused),
        ("dns error", Code::ServerName),
        ("failed to lookup", Code::ServerName),
        ("no route to host", Code::ServerRoute),
        ("network is unreachable", Code::ServerRoute),
        ("unknownissuer", Code::ServerIssuer),
        ("caused by other", Code::ServerIssuer),
        ("not valid for", Code::ServerCertificateName),
        ("certificate expired", Code::ServerCertificateTime),
        ("not valid yet", Code::ServerCertificateTime),
        ("corrupt message", Code::ServerNoTls),
        ("certificate", Code::ServerCertificate),
        ("timed out", Code::ServerSilent),
        ("deadline has elapsed", Code::ServerSilent),
    ];
    let NoReply::Cut(text) = silence else { return Code::ServerSilent };
    let text = text.to_lowercase();
    SIGNS.iter().find(|(sign, _)| text.contains(sign)).map_or(Code::ServerCut, |(_, code)| *code)
}

fn of_version(version: &str) -> Line {
    let mut parts = version.trim_start_matches('v').split('.').map(|p| p.parse::<u32>().ok());
    let line = match (parts.next().flatten(), parts.next().flatten()) {
        (Some(1), Some(minor)) if KNOWN.contains(&minor) => Line::ok(Code::VersionKnown),
        (Some(1), Some(minor)) if minor < *KNOWN.start() => Line::note(Code::VersionOlder),
        _ => Line::note(Code::VersionNewer),
    };
    line.with("version", version).with("oldest", format!("1.{}", KNOWN.start())).with("newest", format!("1.{}", KNOWN.end()))
}

/// Holds the machine's clock against the server's `Date`, whose seconds are whole.
fn of_clock(reply: &Reply, before: DateTime<Utc>, after: DateTime<Utc>) -> Line {
    const NOTED: i64 = 5;
    const WRONG: i64 = 60;
    let Some(date) = reply.date.as_deref().and_then(|d| DateTime::parse_from_rfc2822(d).ok()) else {
        return Line::note(Code::ClockUnknown);
    };
    let date = date.with_timezone(&Utc);
    let (ahead, behind) = ((before - date).num_seconds() - 1, (date - after).num_seconds());
    let (seconds, code) = if ahead > behind { (ahead, Code::ClockAhead) } else { (behind, Code::ClockBehind) };
    let line = if seconds <= NOTED {
        Line::ok(Code::ClockAgrees)
    } else if seconds <= WRONG {
        Line::note(code)
    } else {
        Line::problem(code)
    };
    line.with("seconds", seconds.max(0))
}

/// Asks the server who it takes the user for; a review, which changes nothing.
fn whoami(api: &dyn Api) -> Result<Reply, NoReply> {
    let body = json!({"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"});
    api.send(&Ask::with(Method::Post, "/apis/authentication.k8s.io/v1/selfsubjectreviews", "application/json", &body))
}

fn username(answer: &Value) -> Option<&str> {
    answer.pointer("/status/userInfo/username").and_then(Value::as_str).filter(|n| !n.is_empty())
}

/// The name by which the server to which the switch writes knows the user; none where it does not say (before Kubernetes 1.28).
pub fn user(api: &dyn Api) -> Option<String> {
    let answer = whoami(of_argo(api)).ok()?.json().ok()?;
    username(&answer).map(str::to_owned)
}

/// Who the server takes the user for. False where it takes him for nobody.
pub(super) fn login(api: &dyn Api, review: bool, lines: &mut Vec<Line>) -> bool {
    if !review {
        lines.push(Line::note(Code::LoginNotAsked));
        return true;
    }
    let line = match whoami(api) {
        Ok(reply) if matches!(reply.status, 200 | 201) => {
            let answer = reply.json().unwrap_or_default();
            let user = username(&answer).unwrap_or_default();
            let groups = answer.pointer("/status/userInfo/groups").and_then(Value::as_array).into_iter().flatten();
            let groups: Vec<&str> = groups.filter_map(Value::as_str).filter(|g| *g != "system:authenticated").collect();
            let line = if user == ANONYMOUS { Line::problem(Code::LoginAnonymous) } else { Line::ok(Code::LoginIs) };
            line.with("user", user).with("groups", if groups.is_empty() { "no group".into() } else { groups.join(", ") })
        }
        Ok(reply) if reply.status == 401 => refused(&reply.message()),
        Ok(reply) if reply.message().contains(ANONYMOUS) => Line::problem(Code::LoginAnonymous),
        Ok(reply) => Line::note(Code::LoginNotTold).with("why", format!("HTTP {}", reply.status)),
        Err(silence) => Line::note(Code::LoginNotTold).with("why", silence),
    };
    let known = line.code != Code::LoginRefused;
    lines.push(line);
    known
}

const ANONYMOUS: &str = "system:anonymous";

fn refused(why: &str) -> Line {
    Line::problem(Code::LoginRefused).with("why", why)
}

/// What it means that kinds could not be discovered.
pub(super) fn undiscovered(error: &LiveError) -> Line {
    match error {
        LiveError::Unauthorized { what } => refused(what),
        other => Line::problem(Code::KindsNone).with("why", other),
    }
}

#[cfg(test)]
mod tests {
    use super::{of_clock, of_version, trouble};
    use crate::usecase::cluster::port::{NoReply, Reply};
    use crate::usecase::doctor::Code;
    use std::time::Duration;

    #[test]
    fn each_way_of_not_answering_has_its_own_name() {
        for (text, code) in [
            ("client error (Connect): tcp connect error: Connection refused (os error 111)", Code::ServerRefused),
            ("client error (Connect): dns error: failed to lookup address information", Code::ServerName),
            ("client error (Connect): invalid peer certificate: UnknownIssuer", Code::ServerIssuer),
            ("client error (Connect): invalid peer certificate: certificate not valid for name \"x\"", Code::ServerCertificateName),
            ("client error (Connect): invalid peer certificate: certificate expired: verification time 1", Code::ServerCertificateTime),
            ("client error (Connect): received corrupt message of type InvalidContentType", Code::ServerNoTls),
            ("client error (Connect): tcp connect error: Network is unreachable (os error 101)", Code::ServerRoute),
            ("client error (Connect): deadline has elapsed", Code::ServerSilent),
            ("connection closed before message completed", Code::ServerCut),
        ] {
            assert_eq!(trouble(&NoReply::Cut(text.into())), code, "{text}");
        }
        assert_eq!(trouble(&NoReply::TimedOut(Duration::from_secs(30))), Code::ServerSilent);
    }

    #[test]
    fn versions_that_the_rules_do_not_know_are_notes() {
        for (version, code) in [
            ("v1.36.3", Code::VersionKnown),
            ("v1.29.4-gke.1", Code::VersionKnown),
            ("v1.19.0+k3s1", Code::VersionOlder),
            ("v1.37.0", Code::VersionNewer),
            ("v2.0.0", Code::VersionNewer),
            ("dev", Code::VersionNewer),
        ] {
            assert_eq!(of_version(version).code, code, "{version}");
        }
    }

    #[test]
    fn a_clock_that_is_off_by_more_than_five_seconds_is_noted_and_by_more_than_a_minute_a_problem() {
        let at = |text: &str| chrono::DateTime::parse_from_rfc3339(text).unwrap().with_timezone(&chrono::Utc);
        let reply = |date: &str| Reply { status: 200, body: vec![], date: Some(date.into()), warnings: vec![] };
        // The request took two seconds; the server's second is whole: any moment of it fits.
        let (before, after) = (at("2026-11-24T08:00:00.9Z"), at("2026-11-24T08:00:02.9Z"));
        for (date, code, level) in [
            ("Tue, 24 Nov 2026 08:00:00 GMT", Code::ClockAgrees, "ok"),
            ("Tue, 24 Nov 2026 08:00:07 GMT", Code::ClockAgrees, "ok"),
            ("Tue, 24 Nov 2026 08:00:10 GMT", Code::ClockBehind, "note"),
            ("Tue, 24 Nov 2026 08:02:00 GMT", Code::ClockBehind, "problem"),
            ("Tue, 24 Nov 2026 07:59:50 GMT", Code::ClockAhead, "note"),
            ("Tue, 24 Nov 2026 07:00:00 GMT", Code::ClockAhead, "problem"),
            ("soon", Code::ClockUnknown, "note"),
        ] {
            let line = of_clock(&reply(date), before, after);
            assert_eq!((line.code, line.level.as_str()), (code, level), "{date}");
        }
    }
}
