//! The client, and as whom it speaks. A credential plugin is run again before what it gave expires, and where the server no longer
//! takes what it took before: a proof may last longer than a token.
use crate::adapters::kube::access::ConnectError;
use chrono::{DateTime, Utc};
use kube::Client;
use std::pin::Pin;
use std::sync::{PoisonError, RwLock};

/// Makes another client, and says when its credential runs out, where that is known.
pub(super) type Renewal = Box<dyn Fn() -> Renewed + Send + Sync>;
type Renewed = Pin<Box<dyn Future<Output = Result<(Client, Option<DateTime<Utc>>), ConnectError>> + Send>>;

/// A client that is made anew when its credential runs out.
pub struct Login {
    current: RwLock<Current>,
    /// How it is made anew; none where nothing would be another then.
    way: Option<Renewal>,
    turn: tokio::sync::Mutex<()>,
}

/// A client and what is known of its credential.
#[derive(Clone)]
pub(super) struct Current {
    pub(super) client: Client,
    /// How many came before.
    number: u64,
    /// When to make another.
    renew: Option<DateTime<Utc>>,
    /// The server has taken it.
    taken: bool,
}

impl Current {
    fn new(client: Client, number: u64, expires: Option<DateTime<Utc>>) -> Self {
        let now = Utc::now();
        // Three quarters of what is left: time enough, however short it lives.
        let renew = expires.filter(|e| *e > now).map(|e| now + (e - now) * 3 / 4);
        Self { client, number, renew, taken: false }
    }
}

impl Login {
    /// One that never changes.
    pub fn fixed(client: Client) -> Self {
        Self { current: RwLock::new(Current::new(client, 0, None)), way: None, turn: tokio::sync::Mutex::default() }
    }

    /// One whose plugin can be run again; `expires` is when what it gave runs out, where it says so.
    pub(super) fn renewed(client: Client, expires: Option<DateTime<Utc>>, way: Renewal) -> Self {
        let current = RwLock::new(Current::new(client, 0, expires));
        Self { current, way: Some(way), turn: tokio::sync::Mutex::default() }
    }

    fn now(&self) -> Current {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The client to send by. Where its credential should be made anew and can't, the old one has to do.
    pub(super) async fn client(&self) -> Current {
        let current = self.now();
        if current.renew.is_some_and(|at| at <= Utc::now()) {
            drop(self.renew(current.number).await);
            return self.now();
        }
        current
    }

    /// What a client's credential was answered with: 401, or anything else. True where another client may be answered otherwise.
    ///
    /// # Errors
    /// Where the plugin fails.
    pub(super) async fn answered(&self, by: &Current, status: u16) -> Result<bool, ConnectError> {
        if status != 401 {
            if !by.taken {
                let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
                current.taken |= current.number == by.number;
            }
            return Ok(false);
        }
        let now = self.now();
        // What was never taken is no matter of time.
        if now.taken || now.number != by.number { self.renew(by.number).await } else { Ok(false) }
    }

    /// Makes another client in the place of this one, unless somebody did already.
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
