//! Readers with private addresses: added, listed and revoked by the operator.

use std::fmt::Write as _;

use anyhow::anyhow;
use anyhow::bail;
use sha2::Digest as _;
use sha2::Sha256;

use crate::daemon::asks::Answer;
use crate::daemon::desk::Desk;
use crate::model::plan::Op;
use crate::model::plan::Plan;
use crate::model::private_reader::PrivateReader;
use crate::model::private_reader::Usage;
use crate::model::text::Text;
use crate::store::Error;
use crate::urls::Place;

/// Random bytes in a token: nobody guesses it.
const TOKEN_BYTES: usize = 20;

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
    if let Some(known) = desk.reader().private_readers()?.into_iter().find(|known| known.name == name)
        && known.revoked.is_none()
    {
        bail!("there is a reader {name} already; revoke that one first, or take another name");
    }
    let mut bytes = [0; TOKEN_BYTES];
    getrandom::fill(&mut bytes).map_err(|error| anyhow!("no random numbers can be had: {error}"))?;
    let token = bytes.iter().fold(String::new(), |mut token, byte| {
        let _writing_to_a_string_cannot_fail = write!(token, "{byte:02x}");
        token
    });
    let reader = PrivateReader {
        name: name.clone(),
        digest: Sha256::digest(token.as_bytes()).into(),
        created: desk.clock().now(),
        revoked: None,
        usage: Usage::default(),
    };
    write(desk, vec![reader]).await?;
    let urls = desk.urls().private(&token);
    Ok(Answer::ReaderAdded { name, feeds: urls.absolute(Place::Opml) })
}

fn list(desk: &Desk) -> anyhow::Result<Answer> {
    let mut readers = with_usage(desk)?;
    readers.sort_by(|one, other| one.name.cmp(&other.name));
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
    let known = with_usage(desk)?;
    let names: Vec<&str> = known.iter().map(|reader| reader.name.as_str()).collect();
    let Some(reader) = known.iter().find(|reader| reader.name == name) else {
        if names.is_empty() {
            bail!("no reader is called {name}; there are none");
        }
        bail!("no reader is called {name}; there are {}", names.join(", "));
    };
    if reader.revoked.is_some() {
        bail!("the address of {name} is revoked already");
    }
    let revoked = PrivateReader { revoked: Some(desk.clock().now()), ..reader.clone() };
    write(desk, vec![revoked]).await?;
    Ok(Answer::Done {
        done: format!("the address of {name} is revoked; who asks for it is told that it is gone (410)"),
    })
}

/// Writes down how private addresses were used since it was written last.
pub async fn write_usage(desk: &Desk) -> Result<(), Error> {
    let noted = desk.private.noted();
    if noted.is_empty() {
        return Ok(());
    }
    let readers = with_usage(desk)?.into_iter().filter(|reader| noted.contains_key(&reader.name)).collect();
    write(desk, readers).await
}

/// The readers as stored, with what was noted since.
fn with_usage(desk: &Desk) -> Result<Vec<PrivateReader>, Error> {
    let noted = desk.private.noted();
    let readers = desk.reader().private_readers()?.into_iter().map(|mut reader| {
        if let Some(more) = noted.get(&reader.name) {
            let usage = &mut reader.usage;
            usage.last = usage.last.max(more.last);
            usage.answers = usage.answers.saturating_add(more.answers);
            usage.unchanged = usage.unchanged.saturating_add(more.unchanged);
        }
        reader
    });
    Ok(readers.collect())
}

/// Writes readers whose usage holds what was noted.
async fn write(desk: &Desk, readers: Vec<PrivateReader>) -> Result<(), Error> {
    let (now, private) = (desk.clock().now(), desk.private.clone());
    let written: Vec<(String, Usage)> = readers
        .iter()
        .filter_map(|reader| Some((reader.name.clone(), *private.noted().get(&reader.name)?)))
        .collect();
    let ops = readers.into_iter().map(|reader| Op::PrivateReader(Box::new(reader))).collect();
    desk.pen()
        .write(move |writer| {
            writer.heal()?;
            writer.commit(&[Plan { at: now, ops }])
        })
        .await?;
    for (name, usage) in written {
        private.written(&name, usage);
    }
    Ok(())
}
