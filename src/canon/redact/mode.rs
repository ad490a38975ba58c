//! What kind of text is scanned.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// Values and files.
    Full,
    /// Sentences, where `secret: not found` is no secret.
    Prose,
    /// Schemas and expressions: only secrets with a typical form are searched.
    Shapes,
}
