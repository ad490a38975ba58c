//! Show: reads a bundle as kubectl would read the cluster. It does no I/O and must not know how objects are printed.
mod names;
mod selector;

pub use names::{Named, Names};
pub use selector::Selector;

use crate::bundle::coverage::Coverage;
use crate::kinds::Rules;
use crate::model::{Gap, Object, Reason};

#[derive(Default)]
pub struct Wanted<'a> {
    /// Of these kinds; none: of every kind.
    pub kinds: Option<Vec<&'a Named>>,
    /// With one of these names; none: with any.
    pub names: &'a [String],
    pub namespace: Option<&'a str>,
    pub layer: Option<&'a str>,
    pub labels: Option<&'a Selector>,
}

impl Wanted<'_> {
    pub fn takes(&self, object: &Object) -> bool {
        self.kinds.as_ref().is_none_or(|kinds| kinds.iter().any(|k| k.is_of(object)))
            && (self.names.is_empty() || self.names.contains(&object.key.name))
            && self.namespace.is_none_or(|ns| ns == object.key.namespace)
            && self.layer.is_none_or(|layer| layer == layer_of(object))
            && self.labels.is_none_or(|labels| labels.holds(&object.value))
    }
}

/// The layer of an object that was put together from a bundle: its entry names it.
pub fn layer_of(object: &Object) -> &str {
    object.file.split('/').nth(1).unwrap_or("")
}

/// How well a bundle knows the objects of a kind.
#[derive(PartialEq, Eq, Debug)]
pub enum Known {
    /// It was asked for, and the answer is whole.
    Asked,
    /// It is asked for and never stored.
    NotStored,
    /// It was not asked for, or not all of it was answered.
    NotAll(Vec<Gap>),
}

/// How well a bundle knows a kind, in one namespace or in all.
pub fn known(kind: &Named, namespace: Option<&str>, coverage: &Coverage, rules: &Rules) -> Known {
    if !rules.keeps(&kind.group, &kind.plural) {
        return Known::NotStored;
    }
    let touches = |gap: &Gap| {
        gap.covers(&kind.plural, &kind.group) && (namespace.is_none() || gap.namespace.is_none() || gap.namespace.as_deref() == namespace)
    };
    let gaps: Vec<Gap> = coverage.gaps().into_iter().filter(touches).collect();
    let whole = coverage.questions.iter().any(|q| {
        q.group == kind.group
            && q.resource == kind.plural
            && (q.namespace.is_none() || namespace.is_some() && q.namespace.as_deref() == namespace)
    });
    match () {
        () if !gaps.is_empty() => Known::NotAll(gaps),
        () if whole => Known::Asked,
        () => Known::NotAll(vec![Gap::of(&*kind.group, &*kind.plural, namespace.map(str::to_owned), Reason::NotAsked, "")]),
    }
}

#[cfg(test)]
mod tests {
    use super::{Known, Named, known};
    use crate::bundle::coverage::{Coverage, GapLine, QuestionLine};
    use crate::kinds::Rules;

    fn question(resource: &str, namespace: Option<&str>) -> QuestionLine {
        let namespace = namespace.map(str::to_owned);
        QuestionLine {
            group: String::new(),
            resource: resource.into(),
            namespace,
            count: 0,
            resource_version: None,
            pages: None,
            millis: None,
        }
    }

    #[test]
    fn asked_and_none_is_another_answer_than_not_asked() {
        let gap = GapLine {
            group: String::new(),
            resource: "secrets".into(),
            namespace: None,
            reason: "forbidden".into(),
            detail: String::new(),
        };
        let questions = vec![question("pods", None), question("services", Some("a"))];
        let coverage = Coverage { questions, gaps: vec![gap], ..Coverage::default() };
        let rules = Rules::new(&[]).unwrap();
        let of = |plural: &str, namespace: Option<&str>| {
            let kind = Named { plural: plural.into(), ..Named::default() };
            match known(&kind, namespace, &coverage, &rules) {
                Known::Asked => "asked".to_owned(),
                Known::NotStored => "not stored".to_owned(),
                Known::NotAll(gaps) => gaps[0].reason.to_string(),
            }
        };
        assert_eq!(of("pods", None), "asked");
        assert_eq!(of("pods", Some("a")), "asked");
        assert_eq!(of("services", Some("a")), "asked");
        assert_eq!(of("services", None), "not-asked");
        assert_eq!(of("secrets", Some("a")), "forbidden");
        assert_eq!(of("configmaps", None), "not-asked");
        assert_eq!(of("events", None), "not stored");
    }
}
