//! Every recorded file goes through the matching reader.

mod normalise;
