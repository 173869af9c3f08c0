//! Every recorded file goes through the matching reader.

mod arxiv;

mod enrichment;

mod feeds;

mod gofeed;

mod identity;

mod maths;

mod medline;

mod normalise;

mod oai;

mod people;

mod python;

mod registries;

mod sources;
