//! Traces of a command that failed and was passed over, as `|| true` in a script does it: kubectl's, argocd's, curl's and the shell's own
//! words in place of an answer. It must not know where a line stands.

/// Beginnings of lines that only an error has.
const BEGINNINGS: &[&str] = &[
    "error:",
    "Error:",
    "ERROR:",
    "Error from server",
    "error from server",
    "Unable to connect to the server",
    "Unable to use a TTY",
    "The connection to the server ",
    "command terminated with exit code",
    "FATA[",
    "ERRO[",
    "curl: (",
    "+ true",
    "++ true",
    "Traceback (most recent call last)",
    "No resources found",
];

/// What only an error has anywhere.
const PARTS: &[&str] = &[
    "|| true",
    "level=fatal",
    "level=error",
    "rpc error: code =",
    ": command not found",
    ": No such file or directory",
    ": Permission denied",
];

/// Whether a line is one.
pub(super) fn is_trouble(line: &str) -> bool {
    let line = line.trim();
    // An answer in JSON may speak of errors of its own.
    !line.starts_with(['{', '[']) && BEGINNINGS.iter().any(|b| line.starts_with(b))
        || !line.starts_with(['{', '"']) && PARTS.iter().any(|p| line.contains(p))
}

#[cfg(test)]
mod tests {
    use super::is_trouble;

    #[test]
    fn words_of_a_failed_command_are_told_from_an_answer() {
        for line in [
            "Error from server (NotFound): pods \"x\" not found",
            "curl: (7) Failed to connect to localhost port 8000",
            "time=\"2025-01-31\" level=fatal msg=\"rpc error: code = NotFound\"",
            "ERROR: pod not found (ns=fastapi-dev, app=fastapi-dev)",
            "  kexec fastapi-dev curl -sS localhost:8000/health || true",
            "+ true",
            "bash: argocd: command not found",
        ] {
            assert!(is_trouble(line), "{line}");
        }
        for line in ["{\"status\":\"ok\",\"error\":\"none || true\"}", "OK", "healthy", "errors: 0", "[]", "argocd/error  x  Synced"] {
            assert!(!is_trouble(line), "{line}");
        }
    }
}
