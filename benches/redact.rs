//! Redaction of hostile texts: milliseconds for 256 KiB and for twice as much, and their ratio, which is about 2 where the work is linear.
//! Prints; judges nothing. `-- 1048576` begins with another size.
use evid::Redactor;
use evid::value::Value;
use serde_json::json;
use std::time::Instant;

/// What a text is made of, over and over.
#[rustfmt::skip]
const PIECES: &[&str] = &[
    "/", "a/", "\"", "'", "\\", "\\\"", "=", "a=", ":", "a:", "{", "[", "{\"a\":", "<", "<a>", "<password>", "name=\"", "name=\"a\",", "a", "a.", " ",
    "\n", "a\n", "\n ", "\r\n", "-", "--", " -a", "|", "$", "${", "%", "password=", "password: ", "password=\"", "password='x", "password=\\", "password={",
    "password: [", "password={{ x ", "password=${", "password: |\n", "password b\n", "| password ", "| password |\n", "secretKey: x ", "secretKey: x\n",
    "token:\n", "- name: TOKEN\n", "a://", "a://b:", "a://b:c@", "a://b:c?", "?key=b&", "://a/webhooks/x ", "-----BEGIN PRIVATE KEY-----",
    "PuTTY-User-Key-File-2: a\n", " --password x", "mysql ", "mysql -p", "curl -u ", "az login ", "user x ", "bearer ", "authorization: ", "cookie: a=",
    "eyJaaaaaa.", "MIIEpAIBAAKC", "sk-", "a:5432:b:c:", "define('a", "--set ", "--from-literal=", "пароль: ", "evid:redacted:0123456789abcdef0123456789abcdef ",
];

fn main() {
    let size = std::env::args().find_map(|a| a.parse().ok()).unwrap_or(1 << 18);
    let mut texts: Vec<(String, [String; 2])> =
        PIECES.iter().map(|piece| (format!("{piece:?}"), [size, 2 * size].map(|n| piece.repeat(n / piece.len())))).collect();
    for signs in ["+/", "-_", "/-", "\n\n"] {
        texts.push((format!("random base64 with {signs:?}"), [size, 2 * size].map(|n| random(n, signs))));
    }
    let many = |n: usize| (0..n / 30).map(|i| format!("password: Xk9v{}ZQ\n", random(14, &format!("{i:02}")))).collect::<String>();
    texts.push(("distinctive passwords".to_owned(), [size, 2 * size].map(many)));
    println!("{:<12}{:>10}{:>10}{:>8}", "place", "once", "twice", "ratio");
    for (shape, [once, twice]) in &texts {
        for place in ["data", "env", "args", "message"] {
            let (once, twice) = (milliseconds(place, once), milliseconds(place, twice));
            println!("{place:<12}{once:>10.1}{twice:>10.1}{:>8.1}   {shape}", twice / once);
        }
    }
}

/// The quickest of three, each by a redactor that remembers nothing.
fn milliseconds(place: &str, text: &str) -> f64 {
    let times = (0..3).map(|_| {
        let (redactor, mut object) = (Redactor::new(&[7; 32]), object(place, text));
        let start = Instant::now();
        redactor.object(&mut object);
        start.elapsed().as_secs_f64() * 1000.0
    });
    times.fold(f64::INFINITY, f64::min)
}

fn object(place: &str, text: &str) -> Value {
    let object = match place {
        "env" => json!({"kind": "Pod", "spec": {"containers": [{"env": [{"name": "DB_PASSWORD", "value": text}]}]}}),
        "args" => json!({"kind": "Pod", "spec": {"containers": [{"args": ["--token", text, "-p", text]}]}}),
        "message" => json!({"kind": "Pod", "status": {"message": text}}),
        _ => json!({"kind": "ConfigMap", "metadata": {"annotations": {"a": text}}, "data": {"a": text}, "binaryData": {"a": text}}),
    };
    object.into()
}

/// Letters, digits and these signs, the same each time.
fn random(len: usize, signs: &str) -> String {
    let signs: Vec<char> = ('a'..='z').chain('A'..='Z').chain('0'..='9').chain(signs.chars()).collect();
    let mut state = signs.iter().fold(88_172_645_463_325_252_u64, |s, c| s.rotate_left(5) ^ u64::from(*c));
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        signs[usize::try_from(state >> 33).unwrap_or_default() % signs.len()]
    };
    (0..len).map(|_| next()).collect()
}
