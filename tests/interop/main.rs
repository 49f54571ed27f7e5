//! Images that real tools wrote: built here by Docker, buildah, podman, skopeo and umoci from one
//! planted context, package databases that dpkg, rpm and Berkeley DB wrote, keys that OpenSSL and
//! OpenSSH wrote, repositories that git wrote, sparse files of GNU tar, what tools make of tars with two ends, and the collection of archives
//! that lies beside the checkout.
//!
//! Ignored unless they are asked for; `build-images.sh` and `packages` say which tools they need.

#[path = "../it/support/mod.rs"]
mod support;

mod end_mark;
mod git;
mod keys;
mod packages;
mod plant;
mod shared_images;
mod sparse;
mod tools;
mod truth;
