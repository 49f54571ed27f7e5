//! What layers said, kept from run to run, so that a layer that was scanned is not scanned again.
//!
//! * `note`: what one layer says, as small values that can be written down; `journal`: all of them
//!   in order, written while a layer is scanned and read in its place.
//! * `seal`: journals hold secrets in clear, so each is sealed under a key that follows from the
//!   layer's own bytes. Who has the image could read them there; nobody else can read them here.
//! * `slot`: the place of one layer, named by all that its journal depends on.
//! * `shortcut`: to the key of a layer that lies in a file to which nobody wrote since; `regions`: where in it
//!   something was found.
//! * `folder`: files, their number and their age; several programs may use it at once.
//!
//! Nothing that an image says is believed: the stored bytes are hashed before a journal is opened, now or when
//! their file was as it is now, and what does not open is as good as not there. The cache never fails a scan.

mod folder;
mod journal;
mod note;
mod regions;
mod room;
mod seal;
mod shortcut;
mod slot;
#[cfg(test)]
mod tests;

pub use folder::{Cache, Usage};
pub(crate) use journal::{Journal, Recorder, Told};
pub(crate) use note::Note;
pub(crate) use slot::Slot;
