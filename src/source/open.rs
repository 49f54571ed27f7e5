//! From what the user typed to the images that are wanted of it, whichever source has them.

use std::path::Path;

use super::candidate::Attestation;
use super::left_out::LeftOut;
use super::local::Asked;
use super::reference::Reference;
use super::select::{Choice, select};
use super::shape::{self, Shape};
use super::survey::Survey;
use super::{Contents, Role, Selection, leftovers};
use crate::archive::{Archive, Limits};
use crate::error::{Error, Result, Warning, WarningCode};

/// Opens an image reference: a path, `-` for standard input, or `transport:reference`.
///
/// The content decides what it is. What is wrong with it is a warning, as long as anything of an
/// image can be read.
///
/// # Errors
/// A reference that is not well formed, an input that cannot be read or holds no image, and a
/// selection that fits nothing in it.
pub fn open(reference: &str, selection: &Selection, limits: &Limits) -> Result<Contents> {
    match Reference::parse(reference)? {
        Reference::Path(path) => Asked::anything(path).open(selection, limits),
        Reference::Named(source, rest) => source.open(rest, selection, limits),
    }
}

/// Reads an opened archive: every image that is wanted of it, and what else it holds.
pub(super) fn read(
    archive: &Archive,
    asked: &Asked<'_>,
    selection: &Selection,
) -> Result<Contents> {
    let path = asked.path;
    let mut survey = Survey::new(archive, !selection.unverified);
    let shapes = shape::read(&mut survey);
    check_transport(asked, &shapes)?;
    if describes_nothing(archive, &survey) {
        survey.warnings.append(&mut survey.members.take_warnings());
        return Err(no_image(archive, path, &shapes, &survey.warnings));
    }
    let names: Vec<&str> = asked
        .image
        .into_iter()
        .chain(selection.image.as_deref())
        .collect();
    let choices = select(path, &survey.candidates, &names, &selection.platforms)?;
    Ok(contents(archive, survey, &choices))
}

/// Whether there is no image and nothing broken that may have been one.
fn describes_nothing(archive: &Archive, survey: &Survey<'_>) -> bool {
    let is_broken = |warnings: &[Warning]| {
        let mut codes = warnings.iter().map(|warning| warning.code);
        codes.any(WarningCode::is_incomplete)
    };
    let mut roles = survey.documents.iter().map(|document| document.role);
    survey.candidates.is_empty()
        && survey.attestations.is_empty()
        && !roles.any(|role| role == Role::ArtifactData)
        && !is_broken(&survey.warnings)
        && !(is_broken(archive.warnings()) && leftovers::has_traces(archive.members()))
}

/// Splits the survey into wanted images and what belongs to the archive.
fn contents(archive: &Archive, mut survey: Survey<'_>, choices: &[Choice]) -> Contents {
    leftovers::collect(&mut survey);
    let attestations = std::mem::take(&mut survey.attestations);
    for attestation in attestations {
        attach(&mut survey, attestation);
    }
    let mut warnings = archive.warnings().to_vec();
    warnings.append(&mut survey.warnings);
    warnings.append(&mut survey.members.take_warnings());
    let mut images = Vec::new();
    let mut left_out = LeftOut::default();
    for (candidate, choice) in survey.candidates.into_iter().zip(choices) {
        match choice {
            Choice::Wanted => images.push(candidate.image),
            other => left_out.note(&candidate, *other == Choice::OtherPlatform),
        }
    }
    warnings.extend(left_out.warnings(survey.absent_attestations));
    Contents {
        images,
        documents: survey.documents,
        warnings,
    }
}

/// Gives statements to the image that they are about, wanted or not, else to the archive.
fn attach(survey: &mut Survey<'_>, attestation: Attestation) {
    match attestation.of.and_then(|digest| survey.known(&digest)) {
        Some(candidate) => {
            candidate.image.documents.extend(attestation.documents);
            candidate.image.warnings.extend(attestation.warnings);
        }
        None => {
            survey.documents.extend(attestation.documents);
            survey.warnings.extend(attestation.warnings);
        }
    }
}

/// A transport that was named must be among the shapes that were found.
fn check_transport(asked: &Asked<'_>, shapes: &[Shape]) -> Result<()> {
    let Some(transport) = asked.transport else {
        return Ok(());
    };
    if shapes.is_empty() || shapes.iter().any(|shape| transport.shapes.contains(shape)) {
        return Ok(());
    }
    let found: Vec<&str> = shapes.iter().map(|shape| shape.name()).collect();
    Err(Error::NotAnImage {
        path: asked.path.to_owned(),
        reason: format!(
            "{}: was asked for, and the content is {}; leave the transport out to let \
             the content decide",
            transport.name,
            found.join(" and ")
        ),
    })
}

fn no_image(archive: &Archive, path: &Path, shapes: &[Shape], found: &[Warning]) -> Error {
    let reason = match shapes.first() {
        Some(Shape::OciLayout) => "its index.json lists no manifest".to_owned(),
        Some(Shape::DockerArchive) => "its manifest.json lists no image".to_owned(),
        Some(shape) => format!("it is a {} that describes nothing", shape.name()),
        None => {
            let found = "looked for manifest.json (docker save, skopeo dir:), index.json and \
                         oci-layout (OCI layout) and repositories (Docker before 1.10), and found \
                         none that describes an image";
            if is_root_filesystem(archive) {
                format!(
                    "{found}; it looks like a root file system (docker export): make an image of \
                     it, for example with `docker import`, and scan that"
                )
            } else {
                found.to_owned()
            }
        }
    };
    // What kept it or a file of it from being read may be why nothing was found.
    let broken = archive.warnings().iter().chain(found);
    let broken = broken.filter(|warning| warning.code.is_incomplete());
    let reason = broken.fold(reason, |reason, warning| {
        if reason.contains(&warning.message) {
            return reason;
        }
        format!("{reason}; {}", warning.message)
    });
    Error::NotAnImage {
        path: path.to_owned(),
        reason,
    }
}

/// Whether members stand where a root file system has them.
fn is_root_filesystem(archive: &Archive) -> bool {
    let tops = ["etc", "usr", "bin", "var", "lib", "home", "root", "Files"];
    archive.members().iter().any(|member| {
        let top = member.name.split('/').next().unwrap_or_default();
        tops.contains(&top)
    })
}
