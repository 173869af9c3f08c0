//! The commands by which people teach: marks, picks, and the training of the term embedding.

use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::OnceLock;
use std::sync::PoisonError;

use anyhow::Context as _;
use anyhow::bail;

use crate::daemon::asks::Answer;
use crate::daemon::asks::Step;
use crate::daemon::desk::Desk;
use crate::daemon::desk::OnStep;
use crate::daemon::fetching;
use crate::daemon::lookup::topic_id;
use crate::finding;
use crate::finding::moved;
use crate::harvest::curation::Marking;
use crate::http::Lesson;
use crate::http::Taught;
use crate::http::Teacher;
use crate::model::curation::Fit;
use crate::model::curation::Note;
use crate::relevance::embedding::Embedding;
use crate::relevance::embedding::Encoder;
use crate::relevance::train;
use crate::store::Reader;

/// The embedding that was trained over the store, beside it.
const FILE: &str = "embedding.model";

/// An embedding of fewer papers than these says less than none.
const FEWEST: usize = 5_000;

/// More papers do not make it better, and training takes a second for each thousand.
const MOST: usize = 70_000;

/// From so many papers on the daemon trains by itself: the shipped embedding is made of as many.
pub const AUTOMATIC: u64 = 60_000;

fn done(done: String) -> Answer {
    Answer::Done { done }
}

/// Lets the server pass marks on.
pub fn teacher(desk: &Arc<Desk>) -> Teacher {
    let desk = Arc::clone(desk);
    Teacher::new(move |lesson| {
        let desk = Arc::clone(&desk);
        Box::pin(async move {
            let taught = match lesson {
                Lesson::Mark { topic, paper, sign } => mark(&desk, &topic, &paper, &sign).await,
                Lesson::Pick { paper, note } => pick(&desk, &paper, note).await,
                Lesson::Unpick { paper } => unpick(&desk, &paper).await,
            };
            match taught {
                Ok(Answer::Marked { done, ranking }) => Ok(Taught { done, ranking: Some(*ranking) }),
                Ok(Answer::Done { done }) => Ok(Taught { done, ranking: None }),
                Ok(_other) => Ok(Taught { done: String::new(), ranking: None }),
                Err(error) => Err(format!("{error:#}")),
            }
        })
    })
}

/// Marks a paper in a ranked topic as right or wrong, or takes the mark back.
pub async fn mark(desk: &Desk, topic: &str, paper: &str, sign: &str) -> anyhow::Result<Answer> {
    let id = topic_id(topic)?;
    let selector = desk.selector();
    let configured = selector.topics().topic(&id);
    let configured = configured.ok_or_else(|| finding::no_topic(selector.topics(), topic))?;
    if configured.ranked.is_none() {
        bail!("topic {topic} is decided by its query alone; marks teach topics with about or like");
    }
    let marking = match sign {
        "+" => Marking::Give(Fit::Right),
        "-" | "−" => Marking::Give(Fit::Wrong),
        "0" => Marking::TakeBack,
        other => bail!("\"{other}\" is no mark: write + for right, - for wrong, 0 to take a mark back"),
    };
    let paper = finding::known(desk.reader(), paper)?;
    let (title, again) = (paper.title().text.to_string(), paper.id.clone());
    desk.rank_first().await?;
    let before = desk.selector();
    let (reader, topic_of, marked) = (desk.reader().clone(), id.clone(), paper.clone());
    let compared = tokio::task::spawn_blocking(move || moved::compared(&reader, &topic_of, marked)).await??;
    desk.harvester().mark(id.clone(), paper, marking).await?;
    desk.rerank().await?;
    if marking == Marking::TakeBack {
        desk.harvester().decide_anew(id.clone(), again.clone()).await?;
    }
    let marks = desk.reader().marks(&id)?;
    let right = marks.iter().filter(|mark| mark.fit == Fit::Right).count();
    let what = match marking {
        Marking::Give(Fit::Right) => "is right for",
        Marking::Give(Fit::Wrong) => "is wrong for",
        Marking::TakeBack => "is not marked any more in",
    };
    let wrong = marks.len() - right;
    let done = format!("“{title}” {what} {topic}; {right} marked right, {wrong} wrong");
    let after = desk.selector();
    let ranking = tokio::task::spawn_blocking(move || {
        let (before, after) = before.ranking().zip(after.ranking())?;
        moved::moved((before, after), &id, &compared, &again)
    });
    Ok(match ranking.await? {
        Some(ranking) => Answer::Marked { done, ranking: Box::new(ranking) },
        None => Answer::Done { done },
    })
}

/// Picks a paper.
pub async fn pick(desk: &Desk, paper: &str, note: Option<String>) -> anyhow::Result<Answer> {
    if note.as_ref().is_some_and(|note| note.chars().count() > Note::LONGEST) {
        bail!("the note has more than {} characters", Note::LONGEST);
    }
    let note = note.as_deref().and_then(Note::new);
    let paper = match finding::paper(desk.reader(), paper)? {
        Some(known) => known,
        None => fetching::fetched(desk, paper).await?,
    };
    let title = paper.title().text.to_string();
    desk.harvester().pick(paper, note).await?;
    Ok(done(format!("“{title}” is picked")))
}

/// Takes a pick back.
pub async fn unpick(desk: &Desk, paper: &str) -> anyhow::Result<Answer> {
    let paper = finding::known(desk.reader(), paper)?;
    let title = paper.title().text.to_string();
    if desk.reader().pick(&paper.id)?.is_none() {
        bail!("“{title}” is not picked");
    }
    desk.harvester().unpick(paper).await?;
    Ok(done(format!("“{title}” is not picked any more")))
}

/// Trains the embedding over the store, writes it beside it, and ranks anew with it.
pub async fn train(desk: &Desk, on_step: OnStep<'_>) -> anyhow::Result<Answer> {
    let (reader, folder) = (desk.reader().clone(), desk.started_with().store.path.clone());
    let say = |message: String, done: u64, total: u64| {
        on_step(Step { subject: "training".to_owned(), message, done, total, is_waiting: false });
    };
    say("reading the papers".to_owned(), 0, 1);
    let (steps, mut heard) = tokio::sync::mpsc::unbounded_channel();
    let work = tokio::task::spawn_blocking(move || {
        // The receiver hears as long as the command runs.
        train_over(&reader, &folder, &mut |step| {
            let _is_heard = steps.send(step);
        })
    });
    while let Some(step) = heard.recv().await {
        let (done, total) = (step.batch, step.batches);
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        say(format!("loss {:.2}", step.loss), count(done), count(total));
    }
    let (embedding, papers) = work.await??;
    let terms = embedding.len();
    desk.use_embedding(Arc::new(embedding)).await?;
    Ok(done(format!("trained over {papers} papers: {terms} terms; the ranked topics use it from now on")))
}

fn train_over(
    reader: &Reader,
    folder: &Path,
    progress: &mut dyn FnMut(train::Step),
) -> anyhow::Result<(Embedding, usize)> {
    let mut papers = Vec::new();
    for paper in reader.newest(None) {
        let paper = paper?;
        if let Some(form) = paper.abstract_text() {
            papers.push((paper.title().text.to_string(), form.text.to_string()));
        }
        if papers.len() >= MOST {
            break;
        }
    }
    if papers.len() < FEWEST {
        let count = papers.len();
        bail!(
            "there are {count} papers with an abstract, and an embedding needs {FEWEST}; the shipped one stays in use"
        );
    }
    let embedding = train::train(&papers, &train::Settings::default(), progress)?;
    let count = reader.paper_count();
    let bytes: Vec<u8> = count.to_le_bytes().into_iter().chain(embedding.to_bytes()).collect();
    let (new, file) = (folder.join(format!("{FILE}.new")), folder.join(FILE));
    std::fs::write(&new, bytes).with_context(|| format!("writing {}", new.display()))?;
    std::fs::rename(&new, &file).with_context(|| format!("renaming {}", new.display()))?;
    Ok((embedding, papers.len()))
}

/// An embedding, and how many papers the store had when it was trained.
type Trained = (Arc<Embedding>, u64);

/// The embedding in use; read when it is first asked for, since
/// only ranked topics need it.
#[derive(Clone, Debug)]
pub(super) struct InUse {
    store: PathBuf,
    slot: Arc<Mutex<Option<Trained>>>,
    /// What gives texts their sense in its place.
    encoder: Arc<OnceLock<Arc<dyn Encoder>>>,
}

impl InUse {
    /// That of a store.
    pub(super) fn beside(store: &Path) -> Self {
        Self { store: store.to_owned(), slot: Arc::default(), encoder: Arc::default() }
    }

    /// Blocks while it is read for the first time.
    pub(super) fn get(&self) -> Trained {
        let mut slot = self.slot.lock().unwrap_or_else(PoisonError::into_inner);
        let (embedding, papers) = slot.get_or_insert_with(|| read(&self.store)).clone();
        match self.encoder.get() {
            Some(encoder) => (Arc::new(embedding.encoded_by(Arc::clone(encoder))), papers),
            None => (embedding, papers),
        }
    }

    fn replace(&self, embedding: Arc<Embedding>, papers: u64) {
        *self.slot.lock().unwrap_or_else(PoisonError::into_inner) = Some((embedding, papers));
    }
}

/// The embedding beside a store, else the shipped one.
fn read(store: &Path) -> Trained {
    let file = store.join(FILE);
    if let Ok(bytes) = std::fs::read(&file)
        && let Some((count, model)) = bytes.split_first_chunk::<8>()
    {
        match Embedding::from_bytes(model) {
            Ok(embedding) => return (Arc::new(embedding), u64::from_le_bytes(*count)),
            Err(error) => {
                tracing::warn!("{}: {error}; the shipped embedding is used instead", file.display());
            }
        }
    }
    (Embedding::shipped(), 0)
}

impl Desk {
    /// Ranks with another embedding from now on.
    pub async fn use_embedding(&self, embedding: Arc<Embedding>) -> anyhow::Result<()> {
        self.embedding.replace(embedding, self.reader().paper_count());
        self.rerank().await
    }

    /// Ranks with an encoder from now on.
    #[cfg(feature = "transformer")]
    pub(super) async fn use_encoder(&self, encoder: Arc<dyn Encoder>) -> anyhow::Result<()> {
        // There is one for the life of the process.
        let _is_first = self.embedding.encoder.set(encoder);
        self.rerank().await
    }

    /// Whether the store has grown so much that the embedding should be trained anew: there are ranked topics, as many
    /// papers as the shipped one was made of, and a quarter more than when it was trained last.
    pub fn is_training_due(&self) -> bool {
        let papers = self.reader().paper_count();
        if self.selector().ranking().is_none() || papers < AUTOMATIC {
            return false;
        }
        let (_embedding, trained) = self.embedding.get();
        papers > trained + trained / 4
    }
}
