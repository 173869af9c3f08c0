//! Readers with private addresses: added, listed and revoked by the operator.

use anyhow::anyhow;
use anyhow::bail;
use sha2::Digest as _;
use sha2::Sha256;

use crate::daemon::asks::Answer;
use crate::daemon::desk::Desk;
use crate::http::private::Noted;
use crate::model::plan::Op;
use crate::model::plan::Plan;
use crate::model::private_reader::PrivateReader;
use crate::model::private_reader::Usage;
use crate::model::text::Text;
use crate::store::Error;
use crate::store::Reader;
use crate::urls::Place;

/// The longest name, in characters.
const LONGEST_NAME: usize = 80;

/// What may be done to readers.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReaderAsk {
    /// Add one of that name.
    Add(String),
    /// List them.
    List,
    /// Revoke the address of the one of that name.
    Revoke(String),
}

/// A reader with a private address.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct ReaderRow {
    /// The name.
    pub name: String,
    /// When the reader was added.
    pub created: String,
    /// Since when the address is revoked.
    pub revoked: Option<String>,
    /// When the address was asked last.
    pub last_use: Option<String>,
    /// How often it was answered.
    pub answers: u64,
    /// How many of these answers said that nothing had changed (304).
    pub unchanged: u64,
}

/// Does it.
pub async fn answer(desk: &Desk, ask: ReaderAsk) -> anyhow::Result<Answer> {
    match ask {
        ReaderAsk::Add(name) => add(desk, &name).await,
        ReaderAsk::List => list(desk),
        ReaderAsk::Revoke(name) => revoke(desk, &name).await,
    }
}

async fn add(desk: &Desk, name: &str) -> anyhow::Result<Answer> {
    let name = Text::line(name).to_string();
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        bail!("a reader needs a name of 1 to {LONGEST_NAME} characters");
    }
    // Nobody guesses so many random bytes.
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| anyhow!("no random numbers can be had: {error}"))?;
    let (half, other) = bytes.split_at(16);
    let [half, other] =
        [half, other].map(|bytes| bytes.iter().fold(0, |sum, byte| (sum << 8) | u128::from(*byte)));
    let token = format!("{half:032x}{other:032x}");
    let reader = PrivateReader {
        name: name.clone(),
        digest: Sha256::digest(token.as_bytes()).into(),
        created: desk.clock().now(),
        revoked: None,
        usage: Usage::default(),
    };
    change(desk, move |known, _noted| {
        if known.iter().any(|known| known.name == reader.name && known.revoked.is_none()) {
            let name = &reader.name;
            bail!("there is a reader {name} already; revoke that one first, or take another name");
        }
        Ok(vec![reader])
    })
    .await?;
    let urls = desk.urls().private(&token);
    Ok(Answer::ReaderAdded { name, feeds: urls.absolute(Place::Opml) })
}

fn list(desk: &Desk) -> anyhow::Result<Answer> {
    let mut readers = with_usage(desk.reader(), &desk.private.noted())?;
    readers.sort_by(|one, other| (&one.name, one.created).cmp(&(&other.name, other.created)));
    let readers = readers.into_iter().map(|reader| ReaderRow {
        name: reader.name,
        created: reader.created.to_string(),
        revoked: reader.revoked.map(|at| at.to_string()),
        last_use: reader.usage.last.map(|at| at.to_string()),
        answers: reader.usage.answers,
        unchanged: reader.usage.unchanged,
    });
    Ok(Answer::Readers { readers: readers.collect() })
}

async fn revoke(desk: &Desk, name: &str) -> anyhow::Result<Answer> {
    let (wanted, now) = (name.to_owned(), desk.clock().now());
    change(desk, move |known, _noted| {
        // Of those that had the name, the one that is not revoked.
        let named = known.iter().filter(|reader| reader.name == wanted);
        let Some(reader) = named.min_by_key(|reader| reader.revoked.is_some()) else {
            let names: Vec<&str> = known.iter().map(|reader| reader.name.as_str()).collect();
            let there_are = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            bail!("no reader is called {wanted}; there are {there_are}");
        };
        if reader.revoked.is_some() {
            bail!("the address of {wanted} is revoked already");
        }
        Ok(vec![PrivateReader { revoked: Some(now), ..reader.clone() }])
    })
    .await?;
    Ok(Answer::Done {
        done: format!("the address of {name} is revoked; who asks for it is told that it is gone (410)"),
    })
}

/// Writes down how private addresses were used since it was written last.
pub async fn write_usage(desk: &Desk) -> anyhow::Result<()> {
    if desk.private.noted().is_empty() {
        return Ok(());
    }
    change(desk, |known, noted| {
        Ok(known.into_iter().filter(|reader| noted.contains_key(&reader.digest)).collect())
    })
    .await
}

/// Writes the readers that `decide` makes of those there are, in one step: a reader that is revoked meanwhile stays revoked.
async fn change(
    desk: &Desk,
    decide: impl FnOnce(Vec<PrivateReader>, &Noted) -> anyhow::Result<Vec<PrivateReader>> + Send + 'static,
) -> anyhow::Result<()> {
    let (now, private) = (desk.clock().now(), desk.private.clone());
    desk.pen()
        .write(move |writer| {
            writer.heal()?;
            let noted = private.noted();
            let changed = match decide(with_usage(&writer.reader(), &noted)?, &noted) {
                Ok(changed) => changed,
                Err(refusal) => return Ok(Err(refusal)),
            };
            let written: Vec<[u8; 32]> = changed.iter().map(|reader| reader.digest).collect();
            let ops = changed.into_iter().map(|reader| Op::PrivateReader(Box::new(reader))).collect();
            writer.commit(&[Plan { at: now, ops }])?;
            for digest in written {
                if let Some(usage) = noted.get(&digest) {
                    private.written(&digest, *usage);
                }
            }
            Ok(Ok(()))
        })
        .await?
}

/// The readers as stored, with what was noted since.
fn with_usage(reader: &Reader, noted: &Noted) -> Result<Vec<PrivateReader>, Error> {
    let readers = reader.private_readers()?.into_iter().map(|mut reader| {
        if let Some(more) = noted.get(&reader.digest) {
            let usage = &mut reader.usage;
            usage.last = usage.last.max(more.last);
            usage.answers = usage.answers.saturating_add(more.answers);
            usage.unchanged = usage.unchanged.saturating_add(more.unchanged);
        }
        reader
    });
    Ok(readers.collect())
}
