//! One run over one object or text: finds secrets in texts and remembers them until the run ends. Knows nothing of the structure of
//! objects.
use super::memo::Memo;
use super::mode::Mode;
use super::names::{Name, Sense};
use super::pattern::Pattern;
use super::spans::{self, Span, Spans, secret_of};
use super::token::{Domain, Tokens};
use super::value::secret_from;
use super::{blocks, commands, encoded, forms, learned, logins, pairs, plain, shapes, splice, tables, urls, walk};
use crate::value::Value;
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::sync::Mutex;

static COMPOUND: Pattern = Pattern::new(r"[:=>,|：＝\s]");

pub(super) struct Scan<'r> {
    tokens: &'r Tokens,
    /// Where the memo goes when the run ends.
    memos: &'r Mutex<Vec<Memo>>,
    /// Secrets found so far that are distinctive enough to search for copies.
    pub(super) known: RefCell<BTreeSet<String>>,
    /// The nesting depth of texts within texts.
    depth: Cell<usize>,
    /// Whether tokens in the text are our own.
    own: Cell<bool>,
    /// Whether a token was made in the text that is walked.
    made: Cell<bool>,
    memo: RefCell<Memo>,
}

impl<'r> Scan<'r> {
    /// A run that has found nothing yet.
    pub(super) fn new(tokens: &'r Tokens, memos: &'r Mutex<Vec<Memo>>) -> Self {
        let memo = memos.lock().ok().and_then(|mut memos| memos.pop()).unwrap_or_default();
        Self {
            tokens,
            memos,
            known: RefCell::default(),
            depth: Cell::new(0),
            own: Cell::new(false),
            made: Cell::new(false),
            memo: RefCell::new(memo),
        }
    }

    /// The token of a secret in its written form; remembers the secret.
    pub(super) fn token(&self, domain: Domain, written: &str) -> String {
        self.learn(written);
        self.token_alone(domain, written)
    }

    /// The token of a text that is not looked for elsewhere: a whole earlier form of the object is no secret that would be repeated.
    pub(super) fn token_alone(&self, domain: Domain, written: &str) -> String {
        self.made.set(true);
        self.tokens.of(domain, written.as_bytes())
    }

    /// Remembers a secret if it is distinctive.
    pub(super) fn learn(&self, secret: &str) {
        if learned::distinctive(secret) {
            self.known.borrow_mut().insert(secret.to_owned());
        }
    }

    /// The token of a value that is entirely a secret; if it is base64, the decoded secret is remembered too.
    pub(super) fn whole(&self, domain: Domain, value: &str) -> String {
        // It has a character that base64 does not have, so there is nothing to decode.
        if !value.bytes().any(|b| b.is_ascii_punctuation() && !b"+/-_=".contains(&b)) {
            let compact: String = value.split_whitespace().collect();
            encoded::decoded(&compact).iter().for_each(|plain| self.learn(plain));
        }
        self.token(domain, value)
    }

    /// What the name of a field tells.
    pub(super) fn name(&self, name: &str) -> Name {
        self.memo.borrow_mut().name(name)
    }

    /// The redacted text of a field with this sense; none if it holds no secret. A text in which no secret was found is not searched
    /// again.
    pub(super) fn value(&self, text: &str, sense: Sense, mode: Mode) -> Option<String> {
        if sense == Sense::Plain && plain::holds_nothing(text) {
            return None;
        }
        // Deeper in a text within a text less is looked at, and tokens of our own are none to be replaced: what holds nothing outside
        // holds nothing there.
        if self.memo.borrow_mut().is_clean(text, sense, mode) {
            return None;
        }
        let redacted = self.judge(text, sense, mode);
        if redacted.is_none() && self.depth.get() == 0 && !self.own.get() {
            self.memo.borrow_mut().clean(text, sense, mode);
        }
        redacted
    }

    /// As [`Self::value`], but always searches.
    fn judge(&self, text: &str, sense: Sense, mode: Mode) -> Option<String> {
        match secret_from(text, sense) {
            Some(from) => {
                let (before, secret) = text.split_at_checked(from)?;
                Some(format!("{before}{}", self.whole(Domain::Text, secret)))
            }
            None => self.text(text, mode),
        }
    }

    /// A file of logins, redacted; nothing where a line of it is none.
    pub(super) fn logins(&self, text: &str) -> Option<String> {
        let spans = logins::find(text)?.merged();
        spans.iter().for_each(|span| self.learn(secret_of(text, span)));
        self.applied(text, &spans)
    }

    /// A file of settings under the name of a secret, as `credentials` is, redacted by its own names; nothing where it is none, or holds no
    /// secret.
    pub(super) fn settings(&self, text: &str) -> Option<String> {
        let is_name = |name: &str| !name.is_empty() && name.bytes().all(|b| forms::word(b) || b"-.".contains(&b));
        let is_setting = |line: &str| {
            line.trim().is_empty()
                || line.starts_with(['#', ';', '['])
                || line.split_once(['=', ':']).is_some_and(|(name, _)| is_name(name.trim()))
        };
        (text.trim().contains('\n') && text.lines().all(is_setting)).then(|| self.text(text, Mode::Full)).flatten()
    }

    /// A text with tokens in place of its secrets; nothing where there is none.
    fn applied(&self, text: &str, spans: &[Span]) -> Option<String> {
        (!spans.is_empty()).then(|| {
            self.made.set(true);
            spans::apply(self.tokens, text, spans)
        })
    }

    /// A text, redacted; nothing where it holds no secret.
    pub(super) fn text(&self, text: &str, mode: Mode) -> Option<String> {
        if text.len() < 6 {
            return None;
        }
        let spans = self.find(text, mode).merged();
        for span in &spans {
            self.learn(secret_of(text, span));
        }
        let out = self.applied(text, &spans);
        self.json(out.as_deref().unwrap_or(text), mode).or(out)
    }

    /// Redacts a text that is JSON again, by its structure; all other bytes stay as they are written.
    fn json(&self, text: &str, mode: Mode) -> Option<String> {
        if self.depth.get() > 3 || mode == Mode::Shapes || !text.trim_start().starts_with(['{', '[']) {
            return None;
        }
        let mut value: Value = serde_json::from_str(text).ok()?;
        let (own, made) = (self.own.replace(true), self.made.replace(false));
        self.depth.set(self.depth.get() + 1);
        walk::walk(self, &mut value);
        self.depth.set(self.depth.get() - 1);
        self.own.set(own);
        let is_changed = self.made.replace(made || self.made.get());
        let before: Value = if is_changed { serde_json::from_str(text).ok()? } else { return None };
        (value != before).then(|| splice::splice(self.tokens, text, &before, &value))
    }

    fn find(&self, text: &str, mode: Mode) -> Spans {
        let mut out = Spans::default();
        shapes::find(text, self.own.get(), &mut out);
        urls::find(text, &mut out);
        if mode != Mode::Shapes && COMPOUND.is_match(text) {
            pairs::find(text, mode, &mut out);
            commands::find(text, &mut out);
            if mode == Mode::Full {
                blocks::find(text, &mut out);
                tables::find(text, &mut out);
            }
        }
        if self.depth.get() < 3 {
            self.depth.set(self.depth.get() + 1);
            for encoded::Run { range, plain } in encoded::runs(text).into_iter().chain(encoded::percent(text)) {
                let Some(plain) = plain else {
                    out.add(range);
                    continue;
                };
                let inner = self.find(&plain, Mode::Full);
                let hit = !inner.is_empty() || self.json(&plain, Mode::Full).is_some();
                let spans = inner.merged();
                if hit {
                    let all = spans.first().filter(|s| plain.get(s.range.clone()).is_some_and(|t| t == plain.trim()));
                    spans.iter().for_each(|s| self.learn(secret_of(&plain, s)));
                    out.add_decoded(range, all.map(|s| secret_of(&plain, s).to_owned()));
                }
            }
            self.depth.set(self.depth.get() - 1);
        }
        out
    }
}

impl Drop for Scan<'_> {
    fn drop(&mut self) {
        if let Ok(mut memos) = self.memos.lock() {
            memos.push(self.memo.take());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Texts made of parts that are typical of secrets.
    fn text() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            "[a-z0-9./:_-]{1,24}",
            "[A-Za-z0-9+/=]{4,40}",
            "[ -~é\n\t]{0,12}",
            prop::sample::select(vec![
                "password",
                "token=",
                "key: ",
                "Bearer ",
                "Basic ",
                "Ym9iOmh1bnRlcjI=",
                "ghp_0123456789abcdefghijABCDEFGHIJ012345",
                "\n",
                "postgres://u:Xk9vtXZ2@db/x",
                "Xk9vtXZ2NI6Avau",
                "{\"password\": \"Xk9vtXZ2NI6Avau\"}",
                "YXBpX3Rva2VuOiBYazl2dFhaMk5JNkF2YXUK",
                "-----BEGIN PRIVATE KEY-----\nabc",
                "authorization: ",
                "cookie: a=",
                "curl -u bob:",
                "PASSWORD '",
                "://",
                "?sig=",
                "&",
                "${A}",
                "evid:redacted:0123456789abcdef0123456789abcdef",
                "[{\"name\": \"TOKEN\", \"value\": \"x\"}]",
                "kind: Secret\n",
                " ",
                ": ",
                "'",
            ])
            .prop_map(str::to_owned),
        ];
        prop::collection::vec(piece, 1..5).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        /// What a run remembers of earlier runs changes neither what it replaces nor which copies it searches.
        #[test]
        fn a_text_that_is_met_again_is_judged_as_at_first(
            met in prop::collection::vec((text(), 0..5_usize, 0..3_usize), 1..8),
            again in prop::collection::vec((0..8_usize, 0..5_usize, 0..3_usize), 1..8),
        ) {
            let (tokens, memos) = (Tokens::new(&[7; 32]), Mutex::default());
            let again: Vec<_> = again.iter().filter_map(|(i, sense, mode)| Some((met.get(*i)?.0.clone(), *sense, *mode))).collect();
            for (text, sense, mode) in met.iter().chain(&again) {
                let sense = [Sense::Plain, Sense::User, Sense::Likely, Sense::Login, Sense::Secret][*sense];
                let mode = [Mode::Full, Mode::Prose, Mode::Shapes][*mode];
                let (fresh, remembering) = (Mutex::default(), Scan::new(&tokens, &memos));
                let looking = Scan::new(&tokens, &fresh);
                prop_assert_eq!(remembering.value(text, sense, mode), looking.judge(text, sense, mode), "{}", text);
                prop_assert_eq!(&remembering.known, &looking.known, "{}", text);
                prop_assert_eq!(remembering.name(text).sense, super::super::names::sense(text));
            }
        }
    }
}
