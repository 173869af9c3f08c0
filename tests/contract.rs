//! What every registered source must do, whatever it is.
