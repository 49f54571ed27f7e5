//! Stories about whole runs: images built in words, the program as a user runs it, its report.

mod overlay;
mod shapes;
mod support;
mod tidy;
