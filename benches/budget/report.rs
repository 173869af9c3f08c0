//! What the simulation found: how many entered a week, and how many of them are hits, beside fixed thresholds.

use crate::APART;
use crate::BUDGET;
use crate::Scored;
use crate::Subject;
use crate::WEEKS;

pub(crate) fn report(subjects: &[Subject]) {
    let broad = |subject: &&Subject| subject.came() >= (BUDGET as usize) * WEEKS;
    let narrow = |subject: &&Subject| !broad(subject);
    let all: Vec<&Subject> = subjects.iter().collect();
    let groups = [
        ("all topics", all.clone()),
        ("with enough papers", subjects.iter().filter(broad).collect()),
        ("with fewer", subjects.iter().filter(narrow).collect()),
    ];
    volumes(&groups);
    hits(&groups);
}

/// How many entered a week.
fn volumes(groups: &[(&str, Vec<&Subject>)]) {
    println!("\npapers a week, budget {BUDGET}");
    println!(
        "{:<20} {:>6} {:>6} {:>9}  {:>6} {:>5} {:>5} {:>5} {:>5} {:>5} {:>5} {:>5}",
        "", "topics", "weeks", "in 30 %", "mean", "sd", "min", "5 %", "half", "95 %", "max", "zero"
    );
    for (name, subjects) in groups {
        let mut weeks: Vec<u32> = subjects.iter().flat_map(|subject| &subject.weeks).copied().collect();
        weeks.sort_unstable();
        let count = weeks.len() as f64;
        let mean = f64::from(weeks.iter().sum::<u32>()) / count;
        let deviation =
            (weeks.iter().map(|week| (f64::from(*week) - mean).powi(2)).sum::<f64>() / count).sqrt();
        let at = |share: f64| weeks[((count - 1.0) * share) as usize];
        println!(
            "{name:<20} {:>6} {:>6} {:>7.1} %  {mean:>6.1} {deviation:>5.1} {:>5} {:>5} {:>5} {:>5} {:>5} {:>5}",
            subjects.len(),
            weeks.len(),
            100.0 * kept(&weeks),
            at(0.0),
            at(0.05),
            at(0.5),
            at(0.95),
            at(1.0),
            weeks.iter().filter(|week| **week == 0).count(),
        );
    }
    let weeks: Vec<u32> = groups[0].1.iter().flat_map(|subject| &subject.weeks).copied().collect();
    let is_reached = kept(&weeks) >= 0.9;
    println!("must 90 % of all topic-weeks: {}", if is_reached { "reached" } else { "MISSED" });
    for week in 0..WEEKS {
        let weeks: Vec<u32> = groups[0].1.iter().map(|subject| subject.weeks[week]).collect();
        let mean = f64::from(weeks.iter().sum::<u32>()) / weeks.len() as f64;
        println!("  week {}: {:>5.1} % in 30 %, mean {mean:.1}", week + 1, 100.0 * kept(&weeks));
    }
    println!("  topic-weeks by papers:");
    for from in (0..100).step_by(7) {
        let here = weeks.iter().filter(|week| (from..from + 7).contains(*week)).count();
        if here > 0 {
            let bar = "#".repeat((here * 200).div_ceil(weeks.len()));
            println!("  {from:>4} to {:<3} {here:>5} {bar}", from + 6);
        }
    }
}

/// The share of weeks that are near the budget.
fn kept(weeks: &[u32]) -> f64 {
    let near = weeks.iter().filter(|week| (f64::from(**week) / f64::from(BUDGET) - 1.0).abs() <= APART);
    near.count() as f64 / weeks.len() as f64
}

/// How many of those that entered are hits, beside thresholds that are chosen when all is known.
///
/// One threshold for all topics gives much to topics whose papers stand out and little to the others, which a budget may
/// not; a threshold for each topic, with as many papers as the budget let in, is the most that a budget could reach.
fn hits(groups: &[(&str, Vec<&Subject>)]) {
    println!("\nshare of hits among the papers that entered (papers a week; topic-weeks in 30 %)");
    let all = pooled(&groups[0].1);
    let same = at_volume(&all, groups[0].1.iter().map(|subject| subject.took()).sum());
    let best = best(&all);
    for (name, subjects) in groups {
        let weeks = (subjects.len() * WEEKS) as f64;
        let came: usize = subjects.iter().map(|subject| subject.came()).sum();
        println!("{name}: {:.1} papers of the category came a week", came as f64 / weeks);
        let print = |what: &str, let_in: &LetIn| {
            let near = 100.0 * kept(&let_in.weeks);
            println!(
                "  {what:<46} {:>6.2} % ({:>5.1}; {near:>3.0} %)",
                100.0 * let_in.share(),
                let_in.papers() as f64 / weeks
            );
        };
        print("the budget", &budget(subjects));
        print("for each topic one threshold, same volume", &fixed(subjects, Subject::same));
        print(&format!("one threshold for all, same volume ({same:.2})"), &fixed(subjects, |_one| same));
        print(&format!("one threshold for all, best F1 ({best:.2})"), &fixed(subjects, |_one| best));
    }
    let subjects = &groups[0].1;
    let share = budget(subjects).share();
    for (what, threshold) in [("best F1", best), ("same volume", same)] {
        let is_reached = share >= fixed(subjects, |_one| threshold).share();
        let is_reached = if is_reached { "reached" } else { "MISSED" };
        println!("must no worse than one threshold for all, {what}: {is_reached}");
    }
}

/// What was let in.
#[derive(Default)]
struct LetIn {
    /// How many papers, by topic and week.
    weeks: Vec<u32>,
    hits: usize,
}

impl LetIn {
    fn papers(&self) -> usize {
        self.weeks.iter().map(|week| *week as usize).sum()
    }

    fn share(&self) -> f64 {
        self.hits as f64 / self.papers().max(1) as f64
    }
}

fn budget(subjects: &[&Subject]) -> LetIn {
    LetIn {
        weeks: subjects.iter().flat_map(|subject| &subject.weeks).copied().collect(),
        hits: subjects.iter().map(|subject| subject.hits).sum(),
    }
}

/// What reaches a topic's threshold.
fn fixed(subjects: &[&Subject], threshold: impl Fn(&Subject) -> f32) -> LetIn {
    let mut let_in = LetIn::default();
    for subject in subjects {
        let (mut weeks, threshold) = ([0; WEEKS], threshold(subject));
        for paper in subject.scores.iter().filter(|paper| paper.score >= threshold) {
            let_in.hits += usize::from(paper.is_hit);
            weeks[usize::from(paper.week)] += 1;
        }
        let_in.weeks.extend(weeks);
    }
    let_in
}

/// All scores, from the highest.
pub(crate) fn pooled(subjects: &[&Subject]) -> Vec<Scored> {
    let mut all: Vec<Scored> = subjects.iter().flat_map(|subject| &subject.scores).copied().collect();
    all.sort_unstable_by(|left, right| right.score.total_cmp(&left.score));
    all
}

/// The threshold that so many papers reach.
pub(crate) fn at_volume(scores: &[Scored], papers: usize) -> f32 {
    scores[papers.max(1) - 1].score
}

/// The threshold with the best F1 over all papers and topics.
fn best(scores: &[Scored]) -> f32 {
    let wanted = scores.iter().filter(|paper| paper.is_hit).count();
    let (mut hits, mut best) = (0, (0.0, 0.0));
    for (at, paper) in scores.iter().enumerate() {
        hits += usize::from(paper.is_hit);
        let f1 = 2.0 * hits as f64 / (at + 1 + wanted) as f64;
        if f1 > best.0 {
            best = (f1, paper.score);
        }
    }
    best.1
}
