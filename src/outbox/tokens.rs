//! The tokens in the links of letters. None is stored: a token is what the installation's key makes of a purpose and a
//! subscriber (HMAC, RFC 2104), so that it can be checked, made again for a second try, and not be guessed.

use hmac::Hmac;
use hmac::KeyInit as _;
use hmac::Mac as _;
use sha2::Sha256;

use crate::model::digits::hexadecimal;
use crate::model::outgoing::Outgoing;
use crate::model::plan::Op;
use crate::model::secret::Secret;
use crate::model::subscriber::Subscriber;
use crate::model::subscriber::SubscriberId;
use crate::push::signature;
use crate::store::Error;
use crate::store::Reader;

/// What a token is good for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// To confirm what was asked for in one turn.
    Confirm,
    /// To leave, and to change what is wished for.
    Manage,
}

/// Makes tokens and names.
#[derive(Clone, Debug)]
pub struct Mint(Secret);

impl Mint {
    /// The one of this installation, and what must be written where it has none yet.
    pub fn of(reader: &Reader) -> Result<(Self, Option<Op>), Error> {
        if let Some(key) = reader.outgoing_key()? {
            return Ok((Self(key), None));
        }
        let mut bytes = [0; 32];
        // Without random numbers there is no secret; the caller's writing fails as it would on a full disk.
        getrandom::fill(&mut bytes)
            .map_err(|error| Error::Index { doing: "make a key for", message: error.to_string() })?;
        let key = Secret::new(&hexadecimal(&bytes));
        let op = Op::Outgoing(Box::new(Outgoing::Key(key.clone())));
        Ok((Self(key), Some(op)))
    }

    /// The name of the subscriber with an address.
    pub fn subscriber(&self, address: &str) -> Option<SubscriberId> {
        let name = self.seal(&["subscriber", &address.to_lowercase()]);
        SubscriberId::parse(name.get(..16)?)
    }

    /// A digest of a network, for the record.
    pub fn network(&self, network: &str) -> String {
        self.seal(&["network", network]).chars().take(16).collect()
    }

    /// A token.
    pub fn token(&self, purpose: Purpose, subscriber: &Subscriber) -> String {
        format!("{}-{}", subscriber.id, self.mark(purpose, subscriber))
    }

    /// Whether a token is the subscriber's, for that purpose.
    pub fn accepts(&self, token: &str, purpose: Purpose, subscriber: &Subscriber) -> bool {
        signature::same(token.as_bytes(), self.token(purpose, subscriber).as_bytes())
    }

    /// What the hub of a source signs with.
    pub fn hub_secret(&self, source: &str, topic: &str) -> Secret {
        Secret::new(&self.seal(&["hub", source, topic]))
    }

    fn mark(&self, purpose: Purpose, subscriber: &Subscriber) -> String {
        let (purpose, turn) = match purpose {
            Purpose::Confirm => ("confirm", subscriber.turn),
            Purpose::Manage => ("manage", 0),
        };
        let mark = self.seal(&[purpose, subscriber.id.as_str(), &subscriber.address, &turn.to_string()]);
        mark.chars().take(40).collect()
    }

    fn seal(&self, parts: &[&str]) -> String {
        // A key of any length is one.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.0.reveal().as_bytes()) else {
            return String::new();
        };
        for part in parts {
            mac.update(part.as_bytes());
            mac.update(&[0]);
        }
        hexadecimal(&mac.finalize().into_bytes())
    }
}

/// Whose token it claims to be.
pub fn claimed(token: &str) -> Option<SubscriberId> {
    SubscriberId::parse(token.split_once('-')?.0)
}

/// Random characters for a question that is asked once.
pub fn random() -> Option<String> {
    let mut bytes = [0; 20];
    getrandom::fill(&mut bytes).ok()?;
    Some(hexadecimal(&bytes))
}

/// A name made of parts, for what must be found again and not be read.
pub(super) fn name(parts: &[&str]) -> String {
    use sha2::Digest as _;
    let digest = Sha256::digest(parts.join("\n"));
    hexadecimal(&digest).chars().take(32).collect()
}
