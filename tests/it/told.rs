//! Every sentence that the code writes for a person is said in every language.
use evid::render::told::told_in;
use evid::render::words::Language;
use regex::Regex;
use std::fs;
use std::path::Path;

/// Files whose texts no person is told: what programs write and evid reads, secrets and what they look like, forms that a program reads, and
/// text that evid reads back.
const NOT_TOLD: &[&str] = &[
    "lib.rs",
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
    "operation {o}",
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
