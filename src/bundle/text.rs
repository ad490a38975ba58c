//! `text.jsonl`: the files of a bundle that was made from text, in full, with what is missing or wrong in each. Holds the stored form and
//! its check; must not know how text is read.
use crate::bundle::defect::{Defect, DefectKind};
use crate::bundle::files::Files;
use crate::bundle::manifest::Manifest;
use crate::bundle::names::TEXT;
use crate::canon::json;
use crate::model::{Source, codes};
use serde::{Deserialize, Serialize, Serializer};

codes! {
    /// What is missing or wrong in a text.
    Hole {
        FileEmpty = "file-empty",
        FileMissing = "file-missing",
        FileUnreadable = "file-unreadable",
        NotUnderstood = "not-understood",
        LineNotUnderstood = "line-not-understood",
        NotUtf8 = "not-utf8",
        HeadingCut = "heading-cut",
        HeadingEmpty = "heading-empty",
        NothingProbed = "nothing-probed",
        NoAnswer = "no-answer",
        AnswerWrong = "answer-wrong",
        FailurePassedOver = "failure-passed-over",
        Contradicts = "contradicts",
        HoursApart = "hours-apart",
        NoBefore = "no-before",
        NoTime = "no-time",
        NotSeen = "not-seen",
    }
}

impl Serialize for Hole {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(self.as_str())
    }
}

#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Line {
    /// Its path below the folder, with `/`. A file that should be there and is not has a line too.
    pub file: String,
    pub read: What,
    pub bytes: u64,
    /// SHA-256 of its bytes. Absent if something in it was redacted, which the digest could reveal, and if there is no such file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// How many objects it speaks of.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub objects: u64,
    /// What it says that probes heard.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub probes: Vec<Heard>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holes: Vec<Found>,
    /// The whole text, redacted, without terminal colours.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks in this form")]
fn is_zero(n: &u64) -> bool {
    *n == 0
}

/// What a file was read as.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// `argocd app list`.
    Applications,
    /// `argocd app get` or `app sync`.
    Application,
    /// `kubectl get`.
    Table,
    Volumes,
    /// What was heard of probes.
    Probes,
    /// Nothing that evid reads.
    #[default]
    Nothing,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Heard {
    pub heading: String,
    /// The line of the heading, from 1.
    pub line: u64,
    /// Whether an answer stands below it: text that is no error of the asking command.
    pub answered: bool,
    /// The HTTP status, if it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u64>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Found {
    pub code: Hole,
    /// Its line, from 1; absent if it is about the whole file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// What was seen, redacted.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub seen: String,
}

/// The lines of the file; none where one can't be read, which is a defect of its own.
pub fn lines(bytes: &[u8]) -> Option<Vec<Line>> {
    bytes.split(|b| *b == b'\n').filter(|line| !line.is_empty()).map(|line| serde_json::from_slice(line).ok()).collect()
}

/// What is wrong with it. A bundle of text has it, and no other bundle.
pub fn defects(files: &dyn Files, manifest: &Manifest) -> Vec<Defect> {
    let wrong = |what: String| Defect::of(TEXT, DefectKind::Facets(what));
    let Some(bytes) = files.bytes(TEXT) else {
        return (manifest.source == Source::Text).then(|| wrong("missing, and the bundle was made from text".into())).into_iter().collect();
    };
    let mut defects = Vec::new();
    if manifest.source != Source::Text {
        defects.push(wrong("only a bundle that was made from text has it".into()));
    }
    let mut before = String::new();
    for (i, bytes) in bytes.split_inclusive(|b| *b == b'\n').enumerate() {
        let mut wrong = |what: &str| defects.push(wrong(format!("line {}: {what}", i + 1)));
        match serde_json::from_slice::<Line>(bytes) {
            Err(e) => wrong(&e.to_string()),
            Ok(line) => {
                if !json::is_line(&line, bytes) {
                    wrong("it is not of the one form");
                }
                if i > 0 && before >= line.file {
                    wrong("it is a duplicate, or not sorted");
                }
                before = line.file;
            }
        }
    }
    defects
}
