//! Every recorded file goes through the matching reader.

mod enrichment;

mod feeds;

mod gofeed;

mod maths;

mod normalise;

mod people;

mod python;

mod sources;
