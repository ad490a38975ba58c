//! The client and its credential. A credential plugin runs again before its credential expires, and when the server refuses a credential
//! that it accepted before: a proof may last longer than a token.
use crate::adapters::kube::access::ConnectError;
use chrono::{DateTime, Utc};
use kube::Client;
use std::pin::Pin;
use std::sync::{PoisonError, RwLock};

/// Makes another client, and says when its credential expires, if that is known.
pub(super) type Renewal = Box<dyn Fn() -> Renewed + Send + Sync>;
type Renewed = Pin<Box<dyn Future<Output = Result<(Client, Option<DateTime<Utc>>), ConnectError>> + Send>>;

/// A client that is replaced when its credential expires.
pub struct Login {
    current: RwLock<Current>,
    /// Makes a new client; none if a new one would have the same credential.
    way: Option<Renewal>,
    turn: tokio::sync::Mutex<()>,
}

/// A client, and what is known of its credential.
#[derive(Clone)]
pub(super) struct Current {
    pub(super) client: Client,
    /// How many clients came before.
    number: u64,
    /// When to make the next client.
    renew: Option<DateTime<Utc>>,
    /// The server has accepted the credential.
    taken: bool,
}

impl Current {
    fn new(client: Client, number: u64, expires: Option<DateTime<Utc>>) -> Self {
        let now = Utc::now();
        // After three quarters of the remaining time: that leaves time to renew even a short-lived credential.
        let renew = expires.filter(|e| *e > now).map(|e| now + (e - now) * 3 / 4);
        Self { client, number, renew, taken: false }
    }
}

impl Login {
    pub fn fixed(client: Client) -> Self {
        Self { current: RwLock::new(Current::new(client, 0, None)), way: None, turn: tokio::sync::Mutex::default() }
    }

    /// A client whose plugin can run again; `expires` is when its credential expires, if the plugin says so.
    pub(super) fn renewed(client: Client, expires: Option<DateTime<Utc>>, way: Renewal) -> Self {
        let current = RwLock::new(Current::new(client, 0, expires));
        Self { current, way: Some(way), turn: tokio::sync::Mutex::default() }
    }

    fn now(&self) -> Current {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The client for the next request. If its credential should be renewed and that fails, the old client is used.
    pub(super) async fn client(&self) -> Current {
        let current = self.now();
        if current.renew.is_some_and(|at| at <= Utc::now()) {
            drop(self.renew(current.number).await);
            return self.now();
        }
        current
    }

    /// Records the status with which the server answered a client's credential: 401, or another. True if a new client may get another
    /// answer.
    ///
    /// # Errors
    /// If the plugin fails.
    pub(super) async fn answered(&self, by: &Current, status: u16) -> Result<bool, ConnectError> {
        if status != 401 {
            if !by.taken {
                let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
                current.taken |= current.number == by.number;
            }
            return Ok(false);
        }
        let now = self.now();
        // The server never accepted the credential, so it has not expired.
        if now.taken || now.number != by.number { self.renew(by.number).await } else { Ok(false) }
    }

    /// Replaces the client with this number, unless another task has done so already.
    async fn renew(&self, number: u64) -> Result<bool, ConnectError> {
        let Some(way) = &self.way else { return Ok(false) };
        let _turn = self.turn.lock().await;
        if self.now().number == number {
            let (client, expires) = way().await?;
            *self.current.write().unwrap_or_else(PoisonError::into_inner) = Current::new(client, number + 1, expires);
        }
        Ok(true)
    }
}
