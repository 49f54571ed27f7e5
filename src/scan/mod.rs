//! The pipeline, and the only room with threads.
//!
//! Layers are walked and scanned in parallel, each by itself (`layer`); metadata likewise
//! (`metadata`). A large layer is shared among threads (`ahead`). Afterwards, in order: visibility over the stack (`overlay`, `stack`),
//! owners of files (`owner`), places (`locate`), one finding for each secret (`group`), redaction (`redact`), the report.
//! Results carry their layer and offset and are put in a total order, so the report never depends
//! on the number of threads.

mod ahead;
mod alike;
mod assemble;
mod base64_parts;
mod budget;
mod claims;
mod environment;
mod evidence;
mod group;
mod history;
mod json_base64;
mod json_reader;
mod json_text;
mod kept;
mod keyring;
mod layer;
mod links;
mod locate;
mod metadata;
mod names;
mod overlay;
mod owner;
mod pages;
mod parts;
mod pipeline;
mod places;
mod progress;
mod redact;
mod redactor;
mod stack;
mod twins;
mod unique;
mod words;

pub use pipeline::{MOST_THREADS, Options, run};
pub use progress::Progress;
pub use redact::redact_names;
