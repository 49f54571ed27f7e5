//! The report's description of the program, the images and their layers.

use super::layer::LayerScan;
use crate::error::printable;
use crate::finding::{ImageReport, InstructionReport, LayerReport, Tool};
use crate::image::{Image, Layer};
use crate::rules::RuleSet;

/// The program and its rules.
pub(super) fn tool(rules: &RuleSet) -> Tool {
    Tool {
        name: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        rules: rules.rules().len(),
        ruleset: rules.digest().clone(),
    }
}

/// One image with what its layers turned out to be.
pub(super) fn image_report(image: &Image, scans: &[Option<&LayerScan>]) -> ImageReport {
    let layers = image.layers.iter().zip(scans);
    ImageReport {
        source: image.source.clone(),
        references: image
            .references
            .iter()
            .map(|text| printable(text.as_bytes()))
            .collect(),
        manifest_digest: image.manifest_digest.clone(),
        config_digest: image.config_digest.clone(),
        platform: image.platform.clone(),
        created: image
            .created
            .as_deref()
            .map(|text| printable(text.as_bytes())),
        layers: layers
            .map(|(layer, scan)| layer_report(layer, *scan))
            .collect(),
        instructions: image.instructions.iter().map(instruction_report).collect(),
    }
}

fn layer_report(layer: &Layer, scan: Option<&LayerScan>) -> LayerReport {
    let summary = scan.map(|scan| &scan.summary);
    let computed = summary.and_then(|summary| summary.diff_id.clone());
    LayerReport {
        index: layer.index,
        digest: layer.digest.clone(),
        diff_id: layer.diff_id.clone().or(computed),
        media_type: printable(layer.media_type.as_str().as_bytes()),
        size: summary.map_or(0, |summary| summary.size),
        uncompressed_size: summary.map_or(0, |summary| summary.uncompressed_size),
        entries: summary.map_or(0, |summary| summary.entries),
        whiteouts: summary.map_or(0, |summary| summary.whiteouts),
        verified: summary.and_then(|summary| summary.verified),
        instruction: layer.instruction,
    }
}

fn instruction_report(instruction: &crate::image::Instruction) -> InstructionReport {
    InstructionReport {
        index: instruction.index,
        created: instruction
            .created
            .as_deref()
            .map(|text| printable(text.as_bytes())),
        created_by: printable(instruction.created_by.as_bytes()),
        keyword: instruction.keyword.clone(),
        arguments: printable(instruction.arguments.as_bytes()),
        empty_layer: instruction.empty_layer,
        layer: instruction.layer,
        approximate: instruction.approximate,
    }
}
