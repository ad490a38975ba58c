//! Every sentence that the code writes for a person is said in every language, and what a program reads is the same in all. What a person reads
//! in Korean is as reviewed in `tests/it/told/ko.txt` (`EVID_BLESS=1` writes it anew).
use crate::cli::{Place, dump, text};
use evid::render::told::told_in;
use evid::render::words::Language;
use regex::Regex;
use std::fs;
use std::path::Path;

/// Files whose texts no person is told: what programs write and evid reads, secrets and what they look like, forms that a program reads, and
/// text that evid reads back.
const NOT_TOLD: &[&str] = &[
    "lib.rs",
    "main.rs",
    "adapters/kube/hidden.rs",
    "adapters/dump/stderr.rs",
    "adapters/interrupt.rs",
    "adapters/zipfile/layout.rs",
    "adapters/zipfile/sink.rs",
    "canon/redact",
    "render/html",
    "render/junit.rs",
    "render/instructions.rs",
    "render/text",
    "render/view/subjects.rs",
    "usecase/import/reader.rs",
    "usecase/import/trouble.rs",
];

/// Texts that are no sentence of evid's, and why.
const NO_SENTENCE: &[&str] = &[
    // Reasons of lints.
    "metadata is the owner's; it is accepted and means nothing to evid",
    "nothing asks whether there are none",
    "evid's tests tell the waits apart by it",
    "serde asks in this form",
    // What Argo CD, servers and libraries say.
    "blocked by sync window",
    "connection refused",
    "dns error",
    "failed to lookup",
    "no route to host",
    "network is unreachable",
    "caused by other",
    "not valid for",
    "certificate expired",
    "not valid yet",
    "corrupt message",
    "timed out",
    "deadline has elapsed",
    " at line ",
    // Commands and requests, which are the same in every language.
    "config init",
    "GET {path}",
    "kubectl evid",
    "openssl ts -query -data {path} -sha256 -cert -out request.tsq\ncurl -sSf -H 'Content-Type: application/timestamp-query' --data-binary @request.tsq -o answer.tsr \"$TSA\"   # TSA: its URL\nevid timestamp {of} --answer answer.tsr\n",
    "GET {p}\n",
    "Bearer {token}",
    "kubectl get applications -n argocd{}",
    "argocd app list: {objects}",
    "argocd app get: {objects}",
    "kubectl get: {objects}",
    // Parts that are told by themselves.
    "{status} to {target}",
    "{status} from {target}",
    "{problems}, {notes}",
    "{asked}: {status} {message}",
    "{health} {message}",
    "{} {a}, {b}",
    "{key} {pointer}: {known} and {value}",
    "Possible values:",
    // What is written into a file beside the evidence, or into one of YAML.
    "# {stem}: from evid.yaml\n",
    "The public key of who says to have signed this folder, for convenience. It proves nothing by lying here:\ncompare its id with what the signer tells you over a way that you trust.\n",
    "TODO: say why this may change",
    "nothing says who",
];

/// The texts in quotes of a source file, without its tests and comments.
fn texts(source: &str) -> Vec<String> {
    let source = source.split("mod tests {").next().unwrap_or_default();
    // A comment, a raw text, a text, a character.
    let token = Regex::new(r###"(?s)//[^\n]*|b?r"([^"]*)"|b?r#"(.*?)"#|b?"((?:[^"\\]|\\.)*)"|'(?:[^'\\]|\\[^'])'|'\\''"###).unwrap();
    let (line, sign) = (Regex::new(r"\\\n\s*").unwrap(), Regex::new(r#"\\(["\\'])"#).unwrap());
    let plain = |text: &str| sign.replace_all(&line.replace_all(text, ""), "$1").replace("\\n", "\n");
    let found = token.captures_iter(source).filter_map(|c| Some(plain(c.get(1).or(c.get(2)).or(c.get(3))?.as_str())));
    found.collect()
}

/// A text with something in each of its blanks.
fn filled(text: &str) -> String {
    let braces = text.replace("{{", "\u{1}").replace("}}", "\u{2}");
    Regex::new(r"\{[^{}]*\}").unwrap().replace_all(&braces, "0").replace('\u{1}', "{").replace('\u{2}', "}")
}

fn is_korean(text: &str) -> bool {
    text.chars().any(|c| ('가'..='힣').contains(&c))
}

#[test]
fn every_sentence_of_the_code_is_said_in_korean() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let words = Regex::new(r"[A-Za-z'`}]{2,},? [a-z`{]{2,}").unwrap();
    let example = Regex::new(r"^ ?(--|evid |/)").unwrap();
    let (mut lacking, mut needless) = (Vec::new(), NO_SENTENCE.to_vec());
    for entry in walkdir::WalkDir::new(&root).sort_by_file_name() {
        let path = entry.unwrap().into_path();
        let name = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
        let told = !NOT_TOLD.iter().any(|no| name.starts_with(no)) && !name.ends_with("tests.rs") && name.ends_with(".rs");
        for text in if told { texts(&fs::read_to_string(&path).unwrap()) } else { Vec::new() } {
            let bare = ["error: ", "hint: ", "note: "].iter().find_map(|title| text.strip_prefix(title)).unwrap_or(&text);
            let said = is_korean(&told_in(Language::Ko, &filled(bare)));
            if words.is_match(&text) && !said && !example.is_match(&text) && !NO_SENTENCE.contains(&&*text) {
                lacking.push(format!("{name}: {text:?}"));
            }
            needless.retain(|no| *no != text || said);
        }
    }
    assert!(lacking.is_empty(), "{}: no Korean in src/render/sentences/ko.yaml for\n{}", lacking.len(), lacking.join("\n"));
    assert!(needless.is_empty(), "no longer in the code, or told: {needless:?}");
}

#[test]
fn no_sentence_stands_there_that_no_code_writes() {
    let folder = |name: &str| walkdir::WalkDir::new(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).into_iter();
    let files = folder("src").chain(folder("demo/src")).map(|entry| entry.unwrap().into_path());
    let sources: String =
        files.filter(|path| path.extension().is_some_and(|e| e == "rs")).map(|p| fs::read_to_string(p).unwrap()).collect();
    // Words in a line of a comment of the code, or of a text that goes on in the next line, stand apart.
    let plain = |text: &str| text.split_whitespace().filter(|word| !["\\", "///"].contains(word)).collect::<Vec<_>>().join(" ");
    let sources = plain(&sources.replace("\\n\\\n", "\\n ").replace("\\n", " ").replace("///", " "));
    let file = include_str!("../../src/render/sentences/ko.yaml");
    let (mut needless, mut of_library) = (Vec::new(), false);
    for line in file.lines() {
        of_library = if line.starts_with('#') { line.contains("librar") || line.contains("`--help`") } else { of_library };
        let Some((english, _)) = line.split_once("\": \"").filter(|_| !of_library) else { continue };
        if !sources.contains(&plain(&english[1..].replace("\\n", " "))) {
            needless.push(english);
        }
    }
    assert!(needless.is_empty(), "{needless:#?}");
}

#[test]
fn what_a_program_reads_is_the_same_in_every_language() {
    let place = Place::captured();
    let report = place.evid(&["diff", "before", "off", "on"]);
    assert_eq!(report.status.code(), Some(0), "{}", text(&report.stderr));
    for args in [
        &["list", "-o", "json"][..],
        &["show", "before", "pods", "-o", "json"],
        &["show", "before--off--on", "-o", "json"],
        &["diff", "before", "off", "-o", "json", "--no-sign"],
        &["verify", "evidence/before--off--on.report.json", "before", "-o", "json"],
        &["verify", "evidence/nothing.evid.zip", "-o", "json"],
        &["config", "explain"],
        &["doctor", "-o", "json", "--kubeconfig", "none"],
    ] {
        let [english, korean] = ["en", "ko"].map(|language| place.evid(&[args, &["--lang", language]].concat()));
        assert_eq!((text(&english.stdout), english.status), (text(&korean.stdout), korean.status), "{args:?}");
        assert!(!is_korean(&text(&english.stderr)), "{}", text(&english.stderr));
    }
    let sealed = ["en", "ko"].map(|language| {
        let out = place.evid(&["capture", language, "--from", &dump("before"), "--lang", language]);
        assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
        fs::read(place.bundle(language)).unwrap()
    });
    assert!(sealed[0] == sealed[1]);
}

#[test]
fn what_a_person_reads_in_korean_is_as_reviewed() {
    let place = Place::captured();
    fs::write(place.path().join("typo.yaml"), "apiVersion: evid/v1\nkind: Platform\nspec:\n  layres: []\n").unwrap();
    let mut told = String::new();
    for line in [
        "--help",
        "prove --help",
        "switch off -h",
        "captrue",
        "show",
        "diff before off -o docx",
        "capture --from none",
        "capture a/b --from none",
        "capture before --from none",
        "--config typo.yaml config explain",
        "config explain",
        "list",
        "show nothing",
        "show before podz",
        "show before pods nothing -n nowhere",
        "show before text",
        "show before probes",
        "key redaction",
        "diff before off",
        "diff before before",
        "summary evidence/before--off.report.json",
        "show before--off",
        "verify before evidence/before--off.report.json",
        "verify evidence --key none.pub",
        "verify home",
        "export out --from before --from off",
        "import out/docs/audit",
        "attach evidence --to a.zip",
        "switch status --kubeconfig none",
        "doctor --kubeconfig none",
        "doctor --rbac=prove --kubeconfig none",
        "demo faults",
    ] {
        let out = place.evid(&[&["--lang", "ko"], &*line.split(' ').collect::<Vec<_>>()].concat());
        told.push_str(&format!("$ evid {line}\n{}{}\n", text(&out.stdout), text(&out.stderr)));
    }
    let path = place.path().canonicalize().unwrap().display().to_string();
    let told = told.replace(&path, "/HERE").replace(&place.path().display().to_string(), "/HERE");
    // What differs each time: digests, sizes and times.
    let varying = [r"\b[0-9a-f]{8,64}\b", r"\d+바이트", r"\d{8}_\d{6}|\d{4}-\d\d-\d\dT[0-9:.]+Z"];
    let told = varying.iter().fold(told, |text, pattern| Regex::new(pattern).unwrap().replace_all(&text, "#").into_owned());
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/told/ko.txt");
    if std::env::var_os("EVID_BLESS").is_some() {
        fs::write(&file, &told).unwrap();
    }
    assert_eq!(told, fs::read_to_string(&file).unwrap_or_default(), "look at what moved; EVID_BLESS=1 accepts it");
}
