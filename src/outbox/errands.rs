//! What comes in over HTTP from those who want to be told: passed on, and answered in words.

use crate::http::errands::Errand;
use crate::http::errands::Errands;
use crate::http::errands::Held;
use crate::http::errands::Reply;
use crate::mail::address::Address;
use crate::model::subscriber::Subscriber;
use crate::outbox::Outbox;
use crate::outbox::follow::Heard;
use crate::outbox::letters;
use crate::outbox::subscribers::Refused;
use crate::outbox::tokens::Mint;
use crate::outbox::tokens::Purpose;

impl Outbox {
    /// Lets the server pass wishes on.
    pub fn errands(&self) -> Errands {
        let this = self.clone();
        Errands::new(move |errand| {
            let this = this.clone();
            Box::pin(async move { this.run(errand).await })
        })
    }

    async fn run(&self, errand: Errand) -> Reply {
        match errand {
            Errand::SignUp { address, wishes, network } => match Address::parse(&address) {
                Ok(address) => replied(self.sign_up(address, wishes, &network).await.map(|()| Reply::Done)),
                Err(words) => Reply::Refused { status: 422, words },
            },
            Errand::LookToConfirm(token) => {
                replied(self.subscriber_of(&token, Purpose::Confirm).and_then(|one| self.held(one)))
            }
            Errand::Look(token) => {
                replied(self.subscriber_of(&token, Purpose::Manage).and_then(|one| self.held(one)))
            }
            Errand::Confirm(token) => replied(self.confirm(token).await.and_then(|one| self.held(one))),
            Errand::Leave(token) => replied(self.leave(token).await.map(|()| Reply::Done)),
            Errand::Prefer { token, wishes } => {
                replied(self.prefer(token, wishes).await.and_then(|one| self.held(one)))
            }
            Errand::Hub { body, network } => match self.hub(&body, &network).await {
                Ok(()) => Reply::Done,
                Err(refusal) => Reply::Refused { status: refusal.status, words: refusal.reason },
            },
            Errand::AskedByHub { source, query } => heard(self.asked_by_hub(&source, &query)),
            Errand::ToldByHub { source, signature, body } => {
                heard(self.told_by_hub(&source, signature.as_deref(), &body))
            }
        }
    }

    fn held(&self, subscriber: Subscriber) -> Result<Reply, Refused> {
        let (mint, _known) = Mint::of(self.reader())?;
        let wishes = subscriber.proposed.as_ref().unwrap_or(&subscriber.wishes);
        let (names, cadence) = (self.names(wishes), letters::cadence(wishes));
        let token = mint.token(Purpose::Manage, &subscriber);
        Ok(Reply::Subscriber(Box::new(Held { subscriber, token, names, cadence })))
    }
}

fn replied(done: Result<Reply, Refused>) -> Reply {
    let refused = match done {
        Ok(reply) => return reply,
        Err(refused) => refused,
    };
    let status = match &refused {
        Refused::Closed => 404,
        Refused::TooMany => 429,
        Refused::Stale => 410,
        Refused::Nothing => 422,
        Refused::Store(error) => {
            tracing::error!(%error, "a wish could not be written: {error}");
            let words = "this cannot be written down at the moment; please come again in a minute".to_owned();
            return Reply::Refused { status: 503, words };
        }
    };
    Reply::Refused { status, words: refused.to_string() }
}

fn heard(heard: Heard) -> Reply {
    match heard {
        Heard::Challenge(challenge) => Reply::Challenge(challenge),
        Heard::Taken => Reply::Done,
        Heard::Unwanted => Reply::Refused { status: 404, words: "this was not asked for".to_owned() },
    }
}
