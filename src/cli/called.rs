//! What evid was called by. As a plugin of kubectl, usage and every proposed command begin with `kubectl evid`.
use std::borrow::Cow;
use std::path::Path;
use std::sync::OnceLock;

/// The name that stands in usage lines where it is another one than `evid`: kubectl runs a plugin as `kubectl-evid`.
pub(super) fn by() -> Option<&'static str> {
    static BY: OnceLock<bool> = OnceLock::new();
    let first = || std::env::args_os().next().is_some_and(|path| Path::new(&path).file_stem().is_some_and(|stem| stem == "kubectl-evid"));
    BY.get_or_init(first).then_some("kubectl evid")
}

/// A text in which commands are called as this process was: those in backticks, after a colon, and after a gap as in a table.
pub(super) fn named(text: &str) -> Cow<'_, str> {
    by().map_or(Cow::Borrowed(text), |name| Cow::Owned(renamed(text, name)))
}

fn renamed(text: &str, name: &str) -> String {
    ["`", ": ", "  "].iter().fold(text.to_owned(), |text, before| text.replace(&format!("{before}evid "), &format!("{before}{name} ")))
}

#[cfg(test)]
mod tests {
    use super::renamed;

    #[test]
    fn a_proposed_command_is_called_as_the_process_was_and_prose_stays() {
        let text = "next: evid verify x\nlook  evid show y; `evid list` shows them, and evid asks nobody; evid.yaml";
        let named =
            "next: kubectl evid verify x\nlook  kubectl evid show y; `kubectl evid list` shows them, and evid asks nobody; evid.yaml";
        assert_eq!(renamed(text, "kubectl evid"), named);
    }
}
