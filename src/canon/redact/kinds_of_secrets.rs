//! The kinds of secrets as cases: `cases.yaml`, each tried where people put such texts.
use super::tests::redactor;
use crate::canon::yaml;
use crate::value::{Value, json};

fn cases() -> Value {
    yaml::parse(include_str!("cases.yaml")).unwrap().remove(0)
}

fn texts(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|t| t.as_str().unwrap().to_owned()).collect()
}

/// The text in each place.
fn places(text: &str) -> Vec<Value> {
    vec![
        json!({"kind": "ConfigMap", "apiVersion": "v1", "metadata": {"name": "c"}, "data": {"file": text}}),
        json!({"kind": "ConfigMap", "apiVersion": "v1", "metadata": {"annotations": {"example.org/note": text}}}),
        json!({"kind": "Pod", "spec": {"containers": [{"env": [{"name": "OPTIONS", "value": text}]}]}}),
        json!({"kind": "Pod", "spec": {"containers": [{"command": ["sh", "-c"], "args": [text]}]}}),
        json!({"kind": "Thing", "apiVersion": "x.org/v1", "spec": {"content": text}}),
        json!({"kind": "Thing", "apiVersion": "x.org/v1", "spec": {"inner": json!({"content": text}).to_string()}}),
    ]
}

/// Those of the places in which this stays readable, or does not.
fn where_it(text: &str, word: &str, readable: bool) -> Vec<String> {
    let redacted = |mut object: Value| {
        redactor().object(&mut object);
        object.to_string()
    };
    // Within JSON within JSON all is escaped once more.
    let once = Value::from(word).to_string();
    let escaped = once.get(1..once.len() - 1).unwrap().to_owned();
    let twice = Value::from(escaped.as_str()).to_string();
    let forms = [word.to_owned(), escaped, twice.get(1..twice.len() - 1).unwrap().to_owned()];
    let all = places(text).into_iter().map(redacted);
    all.filter(|shown| forms.iter().any(|form| shown.contains(form.as_str())) == readable).collect()
}

#[test]
fn every_kind_of_secret_is_taken_wherever_it_stands() {
    let mut left = Vec::new();
    for (kind, list) in cases()["leaks"].as_object().unwrap() {
        for text in texts(list) {
            left.extend(where_it(&text, "zq1", true).into_iter().map(|shown| format!("{kind}: {text}\n  {shown}")));
        }
    }
    assert!(left.is_empty(), "{} stay readable:\n{}", left.len(), left.join("\n"));
}

#[test]
fn every_form_of_a_token_is_taken() {
    let letters = |n: usize| (0..n).map(|i| char::from(b"Pl4ntedZq1Xk9vtXZ2NI6Avau"[i % 25])).collect::<String>();
    let mut left = Vec::new();
    for form in texts(&cases()["forms"]) {
        let token: String = form.split(' ').map(|p| p.strip_prefix('*').map_or(p.to_owned(), |n| letters(n.parse().unwrap()))).collect();
        for text in [token.clone(), format!("see {token} here"), format!("a: \"{token}\"\n"), format!("['{token}', 1]")] {
            left.extend(where_it(&text, &token, true));
        }
    }
    assert!(left.is_empty(), "{} stay readable:\n{}", left.len(), left.join("\n"));
}

#[test]
fn what_only_looks_like_a_secret_stays() {
    let mut taken = Vec::new();
    for text in texts(&cases()["innocents"]) {
        taken.extend(where_it(&text, &text, false));
    }
    assert!(taken.is_empty(), "{} are taken:\n{}", taken.len(), taken.join("\n"));
}

#[test]
fn arguments_are_judged_by_their_command() {
    let mut left = Vec::new();
    for (command, args) in [
        (json!(["mysql"]), json!(["-u", "root", "-pzq1"])),
        (json!([]), json!(["mongosh", "-u", "root", "-p", "zq1"])),
        (json!([]), json!(["mc", "alias", "set", "m", "http://x", "u", "zq1"])),
        (json!(["/usr/bin/redis-cli"]), json!(["-a", "zq1", "ping"])),
        (json!(["kubectl", "create", "secret"]), json!(["generic", "s", "--from-literal=a=zq1"])),
        (json!(["ldapsearch"]), json!(["-x", "-w", "zq1"])),
        (json!(["curl"]), json!(["-s", "-u", "bot:zq1", "https://x"])),
        (json!(["openssl", "rsa"]), json!(["-passin", "pass:zq1"])),
        (json!(["az", "login"]), json!(["-u", "x", "-p", "zq1"])),
        (json!(["helm"]), json!(["upgrade", "--set", "auth.password=zq1"])),
        (json!(["vault", "login"]), json!(["zq1"])),
        (json!(["snmpwalk"]), json!(["-v2c", "-c", "zq1", "h"])),
    ] {
        let mut object = json!({"kind": "Pod", "spec": {"containers": [{"command": command, "args": args}]}});
        redactor().object(&mut object);
        left.extend(Some(object.to_string()).filter(|shown| shown.contains("zq1")));
    }
    assert!(left.is_empty(), "{}", left.join("\n"));
    for list in [json!(["nginx", "-p", "8080"]), json!(["curl", "-s", "-u", "$(U):$(P)", "x"]), json!(["mc", "ls", "m/a", "b", "c", "d"])] {
        let object = json!({"kind": "Pod", "spec": {"containers": [{"args": list}]}});
        let mut redacted = object.clone();
        redactor().object(&mut redacted);
        assert_eq!(redacted, object);
    }
}

#[test]
fn objects_tell_by_their_form_what_is_secret() {
    let opaque = "AgBy3i4OJSWK+PiTySYZZA9rO43cGDEq0123456789ABCDEFabcdef==";
    for (mut object, left) in [
        (json!({"jwk": {"kty": "oct", "k": "zq1zq1"}}), 0),
        (json!({"jwk": {"kty": "EC", "x": "zq1zq1"}}), 1),
        (json!({"secretEnv": {"A": "zq1zq1"}}), 0),
        (json!({"secretEnv": [{"name": "A", "value": "zq1zq1"}]}), 0),
        (json!({"secretEnv": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "zq1zq1", "key": "k"}}}]}), 1),
        (json!({"openAPIV3Schema": {"properties": {"password": {"type": "string", "default": "zq1zq1"}}}}), 0),
        (json!({"openAPIV3Schema": {"properties": {"mode": {"type": "string", "default": "zq1zq1"}}}}), 1),
        (json!({"kind": "ConfigMap", "data": {"users.txt": "admin:zq1zq1\nb:zq1zq2\n"}}), 0),
        (json!({"kind": "ConfigMap", "data": {"userlist.txt": "\"a\" \"zq1zq1\"\n"}}), 0),
        (json!({"kind": "ConfigMap", "data": {"hosts.txt": "zq1:8080\n"}}), 1),
        (json!({"kind": "SealedSecret", "spec": {"encryptedData": {"password": "zq1zq1"}}}), 0),
        (json!({"apiVersion": "x.org/v1", "kind": "ClusterSecret", "data": {"value": "zq1zq1", "username": "zq1zq1"}}), 0),
        (json!({"apiVersion": "x.org/v1", "kind": "Secret", "spec": {"stringData": {"url": "zq1zq1"}}}), 0),
        (json!({"apiVersion": "x.org/v1", "kind": "ClusterSecret", "data": {"valueFrom": {"secretKeyRef": {"name": "zq1zq1"}}}}), 1),
        (json!({"apiVersion": "x.org/v1", "kind": "ExternalSecret", "spec": {"data": [{"secretKey": "zq1zq1", "remoteRef": {}}]}}), 1),
        (json!({"apiVersion": "x.org/v1", "kind": "VaultSecret", "spec": {"status": {"data": {"a": "zq1zq1"}}}}), 1),
        (json!({"patch": [{"op": "add", "path": "/data/password", "value": "zq1zq1"}]}), 0),
        (json!({"name": "X", "sensitive": true, "value": "zq1zq1"}), 0),
        (json!({"name": "X", "sensitive": false, "value": "zq1zq1"}), 1),
        (json!({"params": [{"name": "git-token", "type": "string", "default": "zq1zq1"}]}), 0),
        (json!({"parameters": [{"name": "api-token", "string": "zq1zq1"}, {"name": "secrets", "map": {"db": "zq1zq1"}}]}), 0),
        (json!({"parameters": [{"name": "mode", "string": "zq1zq1"}]}), 1),
        (json!({"secrets": {"DATABASE": "zq1zq1"}}), 0),
        (json!({"token": {"issuer-uri": "zq1zq1", "lifetime": "zq1zq1"}}), 1),
        (json!({"kind": "ConfigMap", "data": {"credentials": "[a]\nid=x\npassword=zq1zq1\n"}}), 0),
        (json!({"kind": "ConfigMap", "data": {"credentials": "[a]\nid=zq1zq1\npassword=x\n"}}), 1),
        (json!({"s3": {"bucket": "b", "key": "runs/2026/Run9Xa7zq1/model.tgz"}}), 1),
        (json!({"kind": "Pod", "spec": {"containers": [{"args": ["aws", "get-secret-value", "--secret-id", "prod/zq1"]}]}}), 1),
        (json!({"headers": {"Authorization": "Key zq1zq1"}}), 0),
        (json!({"encryption": {"keys": ["Zq1zq1zq1M5Y5gd7N9"]}}), 0),
        (json!({"secureJsonData": {"httpHeaderValue1": "zq1zq1"}}), 0),
        (json!({"digestAuth": {"users": ["test:traefik:0123456789abcdef0123456789abcdef", "zq1zq1"]}}), 1),
        (json!({"passwd": {"users": [{"sshAuthorizedKeys": ["ssh-ed25519 AAAAzq1 a@b"], "passwordHash": "x"}]}}), 1),
        (json!({"bootstrapToken": {"caCertHashes": ["sha256:zq1zq1"]}}), 1),
        (json!({"kind": "Pod", "spec": {"containers": [{"args": ["--basic-auth", "admin:zq1zq1"]}]}}), 0),
        (json!({"kind": "Pod", "spec": {"containers": [{"env": [{"name": "NEO4J_AUTH", "value": "neo4j/zq1zq1"}]}]}}), 0),
        (json!({"kind": "Pod", "spec": {"containers": [{"env": [{"name": "GATEWAY_AUTH", "value": "zq1-auth:8080"}]}]}}), 1),
    ] {
        redactor().object(&mut object);
        assert_eq!(usize::from(object.to_string().contains("zq1")), left, "{object}");
    }
    let sealed = json!({"kind": "SealedSecret", "spec": {"encryptedData": {"password": opaque}}});
    let mut redacted = sealed.clone();
    redactor().object(&mut redacted);
    assert_eq!(redacted, sealed);
}
