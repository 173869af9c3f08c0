//! What goes out by itself, read: subscribers, letters, destinations.

use crate::model::outgoing::Destination;
use crate::model::outgoing::DestinationId;
use crate::model::outgoing::Letter;
use crate::model::outgoing::Outgoing;
use crate::model::outgoing::OutgoingKey;
use crate::model::secret::Secret;
use crate::model::subscriber::Subscriber;
use crate::model::subscriber::SubscriberId;
use crate::store::Error;
use crate::store::Reader;
use crate::store::keys::prefix;

impl Reader {
    /// What is kept under a name.
    pub fn outgoing(&self, key: &OutgoingKey) -> Result<Option<Outgoing>, Error> {
        self.noun(&crate::store::keys::outgoing(key), "what goes out")
    }

    /// Of what the tokens in letters are made, once something made it.
    pub fn outgoing_key(&self) -> Result<Option<Secret>, Error> {
        Ok(match self.outgoing(&OutgoingKey::key())? {
            Some(Outgoing::Key(secret)) => Some(secret),
            Some(Outgoing::Subscriber(_) | Outgoing::Letter(_) | Outgoing::Destination(_)) | None => None,
        })
    }

    /// A subscriber.
    pub fn subscriber(&self, id: &SubscriberId) -> Result<Option<Subscriber>, Error> {
        Ok(match self.outgoing(&OutgoingKey::subscriber(id))? {
            Some(Outgoing::Subscriber(subscriber)) => Some(subscriber),
            Some(Outgoing::Key(_) | Outgoing::Letter(_) | Outgoing::Destination(_)) | None => None,
        })
    }

    /// The subscribers, by their names.
    pub fn subscribers(&self) -> Result<Vec<Subscriber>, Error> {
        self.outgoing_of("subscriber/", |outgoing| match outgoing {
            Outgoing::Subscriber(subscriber) => Some(subscriber),
            Outgoing::Key(_) | Outgoing::Letter(_) | Outgoing::Destination(_) => None,
        })
    }

    /// Where something is pushed to.
    pub fn destination(&self, id: &DestinationId) -> Result<Option<Destination>, Error> {
        Ok(match self.outgoing(&OutgoingKey::destination(id))? {
            Some(Outgoing::Destination(destination)) => Some(destination),
            Some(Outgoing::Key(_) | Outgoing::Letter(_) | Outgoing::Subscriber(_)) | None => None,
        })
    }

    /// The letters to one subscriber: those that were sent, then those that were not.
    pub fn letters_to(&self, id: &SubscriberId) -> Result<Vec<Letter>, Error> {
        let mut letters = self.letters_of(&format!("letter/{id}/"))?;
        letters.extend(self.letters_of(&format!("dead/{id}/"))?);
        letters.extend(self.letters_of(&format!("waiting/{id}/"))?);
        Ok(letters)
    }

    /// The letters that wait to be sent.
    pub fn letters_waiting(&self) -> Result<Vec<Letter>, Error> {
        self.letters_of("waiting/")
    }

    /// The letters that were given up.
    pub fn letters_dead(&self) -> Result<Vec<Letter>, Error> {
        self.letters_of("dead/")
    }

    /// Where things are pushed to.
    pub fn destinations(&self) -> Result<Vec<Destination>, Error> {
        self.outgoing_of("destination/", |outgoing| match outgoing {
            Outgoing::Destination(destination) => Some(destination),
            Outgoing::Key(_) | Outgoing::Letter(_) | Outgoing::Subscriber(_) => None,
        })
    }

    fn letters_of(&self, start: &str) -> Result<Vec<Letter>, Error> {
        self.outgoing_of(start, |outgoing| match outgoing {
            Outgoing::Letter(letter) => Some(letter),
            Outgoing::Key(_) | Outgoing::Subscriber(_) | Outgoing::Destination(_) => None,
        })
    }

    fn outgoing_of<T>(&self, start: &str, pick: impl Fn(Outgoing) -> Option<T>) -> Result<Vec<T>, Error> {
        let start = [&[prefix::OUTGOING], start.as_bytes()].concat();
        let all = self.nouns(start, "what goes out");
        all.filter_map(|outgoing| outgoing.map(&pick).transpose()).collect()
    }
}
