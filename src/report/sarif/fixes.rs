//! Repairs in SARIF.

use super::{ArtifactLocation, Location, PhysicalLocation, Region, Text, sentence};
use crate::report::{Edit, Repair};
use crate::source::Sources;
use serde::Serialize;

/// One way to make a result go away.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Fix<'a> {
    description: Text<'static>,
    artifact_changes: Vec<ArtifactChange<'a>>,
    properties: Properties,
}

/// SARIF itself does not say whether somebody should look at a fix.
#[derive(Serialize)]
struct Properties {
    safety: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactChange<'a> {
    artifact_location: ArtifactLocation,
    replacements: Vec<Replacement<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement<'a> {
    deleted_region: Region,
    inserted_content: Text<'a>,
}

impl<'a> Fix<'a> {
    pub(super) fn of(repair: &'a Repair, sources: &Sources) -> Self {
        // The edits are sorted: those in one file stand together.
        let files = repair.edits.chunk_by(|a, b| a.span.file == b.span.file);
        Self {
            description: Text::new(sentence(&repair.title)),
            artifact_changes: files.filter_map(|edits| change(edits, sources)).collect(),
            properties: Properties { safety: repair.safety.to_string() },
        }
    }
}

fn change<'a>(edits: &'a [Edit], sources: &Sources) -> Option<ArtifactChange<'a>> {
    let place = |edit: &Edit| Location::of(edit.span, sources).physical_location;
    let PhysicalLocation { artifact_location, .. } = place(edits.first()?)?;
    let replacement = |edit: &'a Edit| {
        Some(Replacement { deleted_region: place(edit)?.region?, inserted_content: Text::new(edit.text.as_str()) })
    };
    Some(ArtifactChange { artifact_location, replacements: edits.iter().filter_map(replacement).collect() })
}
