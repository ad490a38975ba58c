//! Bearer tokens before they are sent: without the blanks around them (client-go trims the file of a token, `transport/token_source.go` of
//! v0.34), and refused where no header can carry them: the client would end the process.
use crate::adapters::kube::access::ConnectError;
use http::HeaderValue;
use kube::config::AuthInfo;

/// What a user sends that nobody may read.
#[derive(Default)]
pub(super) struct Sent {
    pub secrets: Vec<String>,
    /// It is of a file, which somebody replaces.
    pub of_file: bool,
}

/// Makes the token ready, that of a file too.
pub(super) fn settle(user: &mut AuthInfo) -> Result<Sent, ConnectError> {
    let wrong = |what: String| ConnectError::Kubeconfig { what };
    let written = crate::value::to_value(&*user).map_err(|e| wrong(e.to_string()))?;
    let text = |name: &str| written.get(name).and_then(|v| v.as_str()).filter(|v| !v.is_empty()).map(str::to_owned);
    let mut sent = Sent { secrets: text("password").into_iter().collect(), of_file: false };
    let token = match (text("token"), text("tokenFile")) {
        (Some(token), _) => token,
        (None, Some(file)) => {
            sent.of_file = true;
            std::fs::read_to_string(&file).map_err(|e| wrong(format!("{file}: the token can't be read: {e}")))?
        }
        (None, None) => return Ok(sent),
    };
    let token = token.trim().to_owned();
    if HeaderValue::try_from(format!("Bearer {token}")).is_err() {
        return Err(wrong("the token of the kubeconfig's user holds a character that no request can carry".into()));
    }
    sent.secrets.push(token.clone());
    user.token_file = None;
    user.token = Some(token.into());
    Ok(sent)
}
