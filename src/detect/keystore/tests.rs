//! Keystores of every kind, built here.
