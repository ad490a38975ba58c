//! The redactor as a whole, with invented values.
use super::*;
use crate::value::json;

pub(super) fn redactor() -> Redactor {
    Redactor::new(&[7; 32])
}

/// Redacts and says which of the words are still readable.
pub(super) fn left(mut value: Value, words: &[&str]) -> Vec<String> {
    redactor().object(&mut value);
    let text = value.to_string();
    words.iter().filter(|w| text.contains(**w)).map(|w| (*w).to_owned()).collect()
}

pub(super) fn config(text: &str) -> Value {
    json!({"kind": "ConfigMap", "apiVersion": "v1", "metadata": {"name": "c"}, "data": {"file": text}})
}

#[test]
fn the_key_id_tells_keys_apart() {
    assert_eq!(redactor().key_id().len(), 32);
    assert_ne!(redactor().key_id(), Redactor::new(&[8; 32]).key_id());
}

#[test]
fn a_secret_keeps_its_metadata_only() {
    let mut secret = json!({"kind": "Secret", "apiVersion": "v1", "type": "Opaque", "immutable": true, "metadata": {"name": "s"},
        "data": {"a": "aHVudGVyMjI="}, "stringData": {"b": "hunter22"}});
    redactor().object(&mut secret);
    assert_eq!(secret, json!({"kind": "Secret", "apiVersion": "v1", "metadata": {"name": "s"}}));
}

#[test]
fn what_was_applied_last_is_one_token_wherever_it_stands() {
    let key = "kubectl.kubernetes.io/last-applied-configuration";
    let mut object =
        json!({"metadata": {"annotations": {key: "{}"}}, "spec": {"template": {"metadata": {"annotations": {key: "{\"a\":1}"}}}}});
    redactor().object(&mut object);
    assert_eq!(object["metadata"]["annotations"][key], json!(redactor().token(Domain::Text, "{}")));
    assert_eq!(object["spec"]["template"]["metadata"]["annotations"][key], json!(redactor().token(Domain::Text, "{\"a\":1}")));
}

/// The token of a value under a name that marks it as secret.
fn token_of(value: Value) -> Value {
    let mut object = json!({"spec": {"password": value}});
    redactor().object(&mut object);
    object["spec"]["password"].take()
}

#[test]
fn equal_bytes_give_equal_tokens_wherever_a_text_stands() {
    let token = redactor().token(Domain::Text, "hunter22");
    for mut value in [json!({"password": "hunter22"}), json!({"env": [{"name": "DB_PASSWORD", "value": "hunter22"}]})] {
        redactor().object(&mut value);
        assert!(value.to_string().contains(&token), "{value}");
    }
    assert_eq!(redactor().text("a=1\ndb.password=hunter22\n"), format!("a=1\ndb.password={token}\n"));
    assert_eq!(redactor().text("postgres://u:hunter22@db/x"), format!("postgres://u:{token}@db/x"));
}

#[test]
fn a_value_its_base64_and_other_spellings_of_that_are_different_values() {
    let spellings = ["hunter22", "aHVudGVyMjI=", "aHVudGVyMjI", "aHVudGVyMjJ", "aHVudGVyMjI=\n", "YUhWdWRHVnlNakk9", " hunter22"];
    let tokens: std::collections::BTreeSet<String> = spellings.iter().map(|s| token_of(json!(s)).to_string()).collect();
    assert_eq!(tokens.len(), spellings.len());
    assert_ne!(token_of(json!(1234567)), token_of(json!("1234567")));
    // In a text too, on its own and within JSON.
    let texts = spellings.map(|s| redactor().text(&format!("db.password={}\n", s.trim())).into_owned());
    assert_eq!(texts.iter().collect::<std::collections::BTreeSet<_>>().len(), 5);
    let blobs = ["cGFzc3dvcmQ6IHpxMQ==", "cGFzc3dvcmQ6IHpxMR==", "cGFzc3dvcmQ6IHpxMQ"]
        .map(|s| redactor().text(&format!("blob: {s}\n")).into_owned());
    assert!(blobs.iter().all(|b| b.contains(MARK)) && blobs[0] != blobs[1] && blobs[1] != blobs[2], "{blobs:?}");
}

#[test]
fn what_stands_around_a_secret_in_json_stays_as_it_is_written() {
    let token = redactor().token(Domain::Text, "hunter22");
    let text = |password: &str| format!("{{ \"b\": 1.0,\n  \"a\": [{{\"password\": {password}}}], \"c\": \"\\u0041\" }}\n");
    assert_eq!(redactor().text(&text("\"hunter22\"")), text(&format!("\"{token}\"")));
    // The same password with another escaping is another text.
    let escaped = redactor().text(&text("\"\\u0068unter22\"")).into_owned();
    assert!(escaped.contains(MARK) && !escaped.contains("unter22") && !escaped.contains(&token), "{escaped}");
    // If a field occurs twice, neither is dropped, and neither is readable.
    let twice = |first: &str| redactor().text(&format!("{{\"password\": \"{first}\", \"password\": \"hunter22\"}}")).into_owned();
    assert!(twice("zq1zq1").contains(&token) && !twice("zq1zq1").contains("zq1zq1"), "{}", twice("zq1zq1"));
    assert_ne!(twice("zq1zq1"), twice("zq1zq2"));
}

#[test]
fn the_content_of_a_secret_is_a_token_a_value_where_it_is_asked_for_or_within_another_object() {
    let secret = |value: &str| {
        json!({"kind": "Secret", "apiVersion": "v1", "type": "Opaque", "immutable": true, "metadata": {"name": "s"},
            "data": {"a": value, "b": null}, "stringData": {"c": value}})
    };
    let shown = |value: &str| {
        let data = redactor().token(Domain::SecretData, value);
        let string = redactor().token(Domain::SecretString, value);
        json!({"kind": "Secret", "apiVersion": "v1", "type": "Opaque", "immutable": true, "metadata": {"name": "s"},
            "data": {"a": data, "b": null}, "stringData": {"c": string}})
    };
    let mut asked = secret("aHVudGVyMjI=");
    redactor().secret(&mut asked);
    assert_eq!(asked, shown("aHVudGVyMjI="));
    let mut within = json!({"kind": "Template", "apiVersion": "x/v1", "objects": [secret("aHVudGVyMjI=")]});
    redactor().object(&mut within);
    assert_eq!(within["objects"][0], shown("aHVudGVyMjI="));
    assert_ne!(shown("aHVudGVyMjI=")["data"]["a"], shown("aHVudGVyMjI=")["stringData"]["c"]);
}

#[test]
fn a_forged_token_never_equals_a_real_one() {
    let forged = redactor().token(Domain::Text, "hunter22");
    let again = redactor().token(Domain::Text, &forged);
    assert_eq!(redactor().text(&format!("password: {forged}")), format!("password: {again}"));
    let mut object = json!({"password": forged, "note": forged, "text": format!("{{\"password\": \"{forged}\"}}")});
    redactor().object(&mut object);
    assert_eq!(object["password"], json!(again));
    assert_eq!(object["note"], json!(again));
    assert_eq!(object["text"], json!(format!("{{\"password\": \"{again}\"}}")));
}

#[test]
fn places_in_objects_are_judged_by_name() {
    for object in [
        json!({"spec": {"args": ["--password=zq1"]}}),
        json!({"spec": {"args": ["--api-key", "zq1"]}}),
        json!({"helm": {"valuesObject": {"auth": {"password": "zq1"}}}}),
        json!({"parameters": [{"name": "auth.adminPassword", "value": "zq1"}]}),
        json!({"secrets": {"a": {"b": "zq1"}}}),
        json!({"apiKeys": ["zq1"]}),
        json!({"metadata": {"annotations": {"example.com/ingest-token": "zq1"}}}),
        json!({"plugin": {"env": [{"name": "GIT_TOKEN", "value": "zq1"}]}}),
        json!({"helm": {"values": "a: b\nadmin:\n  password: zq1\n"}}),
        json!({"headers": [{"name": "Authorization", "value": "Bearer zq1"}]}),
    ] {
        assert_eq!(left(object.clone(), &["zq1"]), Vec::<String>::new(), "{object}");
    }
}

#[test]
fn base64_of_something_with_a_secret_is_secret() {
    use base64::Engine as _;
    let encode = |t: &str| base64::engine::general_purpose::STANDARD.encode(t);
    let once = encode("{\"auths\":{\"r\":{\"username\":\"u\",\"password\":\"hunter22\"}}}");
    for text in [once.clone(), encode(&once), encode("password: hunter22")] {
        assert_eq!(left(config(&format!("blob: {text}\n")), &[&text]), Vec::<String>::new(), "{text}");
    }
    assert_eq!(left(config(&encode("just a harmless sentence")), &[&encode("just a harmless sentence")]).len(), 1);
}

#[test]
fn a_copy_in_a_message_is_found_by_its_value() {
    let object = json!({"spec": {"password": "Xk9vtXZ2NI6Avau"}, "status": {"message": "cannot parse Xk9vtXZ2NI6Avau here"}});
    assert_eq!(left(object, &["Xk9vtXZ2NI6Avau"]), Vec::<String>::new());
    // Also in base64, with padding and with spare bits that are not zero; each with its own token.
    let object = json!({"spec": {"password": "Xk9vtXZ2NI6Avau1"}, "status": {"a": "got WGs5dnRYWjJOSTZBdmF1MQ== here", "b": "got WGs5dnRYWjJOSTZBdmF1MZ== here"}});
    let mut redacted = object.clone();
    redactor().object(&mut redacted);
    let token = redactor().token(Domain::Text, "WGs5dnRYWjJOSTZBdmF1MQ==");
    assert_eq!(redacted["status"]["a"], json!(format!("got {token} here")));
    assert_ne!(redacted["status"]["a"], redacted["status"]["b"]);
    assert_eq!(left(object, &["WGs5dnRYWjJOSTZB"]), Vec::<String>::new());
}

#[test]
fn what_is_innocent_stays() {
    let object = json!({
        "image": "x@sha256:96e41463f351850bd99f805318f63e44dd2ad185bf71a63b48ba110da6b37c13", "commit": "90a83de025939d3192f8c7606812b03e199da52c",
        "uid": "4d629c5e-de40-4ab7-b583-d04be4f3195b", "secretName": "foo", "tokenSecretRef": {"name": "n1", "key": "k1"},
        "env": [{"name": "A_PASSWORD", "valueFrom": {"secretKeyRef": {"name": "n2", "key": "k2"}}}, {"name": "TOKEN", "value": "$(OTHER)"}],
        "volumes": [{"secret": {"secretName": "n3", "items": [{"key": "k3", "path": "p3"}]}}, {"serviceAccountToken": {"path": "token", "expirationSeconds": 3607}}],
        "automountServiceAccountToken": true, "imagePullSecrets": [{"name": "regcred"}], "resources": ["secrets", "serviceaccounts/token"],
        "tolerations": [{"key": "secret-node", "value": "yes"}], "matchExpressions": [{"key": "token", "values": ["v"]}], "topologyKey": "kubernetes.io/hostname",
        "auth": {"existingSecret": "e1", "passwordKey": "admin-password"}, "serviceAccount": "sa-token-reader", "url": "https://x.org/a?threadKey=t1",
        "message": "error: secret: secrets \"db\" not found", "bearer_token_file": "/var/run/secrets/token",
        "data": {"a.conf": "password_encryption = scram-sha-256\nexpose_config = true\ncredentials_file: /etc/c\npassword: ${PW}\nkey: settings-key\ntoken: {{ .Values.t }}\n"},
        "openAPIV3Schema": {"properties": {"password": {"type": "string", "description": "password: the password of the user"}}},
    });
    let mut redacted = object.clone();
    redactor().object(&mut redacted);
    assert_eq!(redacted, object);
}

#[test]
fn encoded_and_packed_copies_are_secret() {
    use base64::Engine as _;
    let std = base64::engine::general_purpose::STANDARD;
    let url = base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let key = "-----BEGIN PRIVATE KEY-----\nMIIBVQIBADANBgkqhkiG9w0BAQEFAASCAT8wggE7AgEAAkEAq7BFUpkGp3\n-----END PRIVATE KEY-----\n";
    let long = std.encode(format!("{}\napi_token: zq1zq1zq1\n", "# filler line of a file\n".repeat(9)));
    let wrapped: Vec<&str> = long.as_bytes().chunks(76).map(|c| std::str::from_utf8(c).unwrap()).collect();
    let wrapped = wrapped.join("\n");
    let kubeconfig =
        "users:\n- name: a\n  user:\n    client-key-data: LS0tLS1CRUdJTiBSU0E=\n    client-certificate-data: LS0tLS1CRUdJTiBD\n";
    assert_eq!(left(config(&std.encode(key)), &[&std.encode(key)[40..60]]), Vec::<String>::new());
    assert_eq!(left(config(&wrapped), &[wrapped.lines().last().unwrap()]), Vec::<String>::new());
    assert_eq!(left(config(&url.encode("redis://:hunter2?~~@h")), &[&url.encode("redis://:hunter2?~~@h")]), Vec::<String>::new());
    assert_eq!(left(config("{\"auths\":{\"r\":{\"auth\":\"Ym9iOmh1bnRlcjI=\"}}}"), &["Ym9iOmh1bnRlcjI"]), Vec::<String>::new());
    assert_eq!(left(config(kubeconfig), &["LS0tLS1CRUdJTiBSU0E"]), Vec::<String>::new());
    assert_eq!(left(config(kubeconfig), &["LS0tLS1CRUdJTiBD"]).len(), 1);
    let binary = json!({"kind": "ConfigMap", "binaryData": {"f": std.encode("a: b\npassword: zq1\n")}});
    assert_eq!(left(binary, &[&std.encode("a: b\npassword: zq1\n")]), Vec::<String>::new());
}

#[test]
fn messages_keep_their_words_but_not_their_secrets() {
    for text in [
        "secret \"db\" not found",
        "error: token: unauthorized",
        "Failed: MountVolume.SetUp failed for volume \"key\": secret \"tls\" not found",
        "password authentication failed for user \"x\"",
    ] {
        let object = json!({"message": text});
        assert_eq!(left(object, &[&Value::from(text).to_string()]).len(), 1, "{text}");
    }
    let object = json!({"message": "helm template . --set adminPassword=zq1 failed: dial postgres://u:zq1@db/x"});
    assert_eq!(left(object, &["zq1"]), Vec::<String>::new());
}

#[test]
fn for_a_person_each_secret_is_one_word_that_tells_nothing_of_it() {
    let said = crate::canon::redact::hidden(
        "failed to fetch https://u:hunter2hunter2@git.example/x: exit 128, https://u:other-secret9@git.example/y",
    );
    assert_eq!(said.matches("evid:redacted@").count(), 2, "{said}");
    assert!(!said.contains("hunter2") && !said.contains("secret9") && said.contains("exit 128"), "{said}");
    assert_eq!(crate::canon::redact::hidden("one or more objects failed to apply"), "one or more objects failed to apply");
}
