//! The blobs of `Packages.db`: a header, pages of slots, and for each slot that is taken a blob.
//!
//! Source: rpm's `lib/backend/ndb/rpmpkg.c`. All numbers are little-endian.

use super::{Budget, Each, index, little32};
use crate::packages::Broken;

pub(super) const MAGIC: &[u8] = b"RpmP";

const PAGE: usize = 4_096;
const HEADER: usize = 32;
/// Bytes of a slot, and of the blocks that slots count in.
const BLOCK: usize = 16;
const SLOT_MAGIC: &[u8] = b"Slot";
const BLOB_MAGIC: &[u8] = b"BlbS";

pub(super) fn blobs(bytes: &[u8], each: &mut Each<'_>) -> Result<(), Broken> {
    let short = Broken("ends in the middle of its slots");
    if little32(bytes, 4) != Some(0) {
        return Err(Broken("is of a version that is not known"));
    }
    let pages = index(little32(bytes, 12).ok_or(short)?);
    let end = pages.checked_mul(PAGE).ok_or(short)?;
    let slots = bytes.get(HEADER..end).ok_or(short)?;
    let mut budget = Budget(bytes.len());
    for slot in slots.chunks_exact(BLOCK) {
        if !slot.starts_with(SLOT_MAGIC) {
            return Err(Broken("has something else in the place of a slot"));
        }
        let (package, block) = (little32(slot, 4), little32(slot, 8));
        if block == Some(0) {
            continue;
        }
        let start = block.and_then(|block| index(block).checked_mul(BLOCK));
        let head = start.and_then(|start| bytes.get(start..));
        let blob = head.filter(|head| head.starts_with(BLOB_MAGIC) && little32(head, 4) == package);
        let blob = blob.and_then(|head| head.get(BLOCK..)?.get(..index(little32(head, 12)?)));
        let blob = blob.ok_or(Broken("has a slot that leads to no blob"))?;
        budget.take(blob.len())?;
        each(blob)?;
    }
    Ok(())
}
