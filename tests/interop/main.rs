//! Images that real tools wrote: built here by Docker, buildah, podman, skopeo and umoci from one
//! planted context, and the collection of archives that lies beside the checkout; keys that OpenSSL
//! and OpenSSH wrote.
//!
//! Switched on by the feature `interop`; `build-images.sh` says which tools it needs.

#[path = "../it/support/mod.rs"]
mod support;

mod keys;
mod plant;
mod shared_images;
mod tools;
mod truth;
