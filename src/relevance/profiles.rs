//! All topics at once, for papers as they come in.
//!
//! The scores are those that [`Profile::score`] gives, to the last bit; the work is shared.

use std::sync::Arc;

use crate::relevance::background::Background;
use crate::relevance::background::Weighed;
use crate::relevance::features::Features;
use crate::relevance::profile::Profile;
use crate::relevance::profile::compiled::Compiled;

/// Profiles compiled together.
#[derive(Clone, Default, Debug)]
pub struct Profiles {
    profiles: Vec<Arc<Profile>>,
    compiled: Compiled,
}

impl Profiles {
    /// Compiles profiles; scores come in their order.
    pub fn new(profiles: Vec<Arc<Profile>>) -> Self {
        let compiled = Compiled::of(profiles.iter().map(|profile| profile.weights()));
        Self { profiles, compiled }
    }

    /// The profiles, in order.
    pub fn profiles(&self) -> &[Arc<Profile>] {
        &self.profiles
    }

    /// A paper's total for each profile. Parts and rank, where wanted, are [`Profile::score`]'s.
    pub fn scores(&self, features: &Features, background: &Background) -> Vec<f32> {
        self.scores_weighed(&background.weigh(features))
    }

    /// The same for a paper that was weighed before; a batch shares one [`Background::scale`].
    pub fn scores_weighed(&self, paper: &Weighed) -> Vec<f32> {
        let raws = self.compiled.raws(paper);
        self.profiles.iter().zip(raws).map(|(profile, raw)| profile.calibration().total(&raw)).collect()
    }
}
