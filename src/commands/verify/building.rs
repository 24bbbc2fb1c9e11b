//! Building the source, when the user asks for it.

use super::super::Session;
use super::target::Target;
use crate::backend::build::{self, Unpacked};
use crate::checksum::Algorithm;
use crate::evidence::{Evidence, Known};
use crate::openpgp::Judgement;

/// Unpacks the source and runs the project's commands, up to the first that fails. Only what a key
/// in KEYS vouches for is run.
pub(super) fn build(
    session: &Session,
    target: &Target,
    evidence: &Evidence,
    commands: &[String],
) -> Known<Option<Vec<(String, i32)>>> {
    if commands.is_empty() {
        return Err("the settings name no commands: `build` in the [verify] table".to_owned());
    }
    let unpacked = unpack(target, evidence)?;
    let mut built = Vec::new();
    for command in commands {
        session.ui.note(&format!("running `{command}` in {}", unpacked.path().display()));
        let status = unpacked.run(command).map_err(|error| error.to_string())?;
        built.push((command.clone(), status));
        if status != 0 {
            break;
        }
    }
    Ok(Some(built))
}

fn unpack(target: &Target, evidence: &Evidence) -> Known<Unpacked> {
    let mut sources = evidence.source_contents();
    let (artifact, contents) = sources.next().ok_or("there is no source archive to build")?;
    let signed = match &artifact.signature {
        Some(Ok(facts)) => facts.judgements.iter().any(Judgement::is_good),
        _ => false,
    };
    if !signed {
        return Err(format!("{} has no good signature, so nothing of it is run", artifact.name));
    }
    let top = contents.top().ok_or("the source has no single top directory")?;
    let top = String::from_utf8_lossy(top).into_owned();
    let sha512 = artifact.digests.get(&Algorithm::Sha512).map(Vec::as_slice).unwrap_or_default();
    let opened = target.place.open(&artifact.name).map_err(|error| error.to_string())?;
    build::unpack(opened.stream, &top, sha512).map_err(|error| error.to_string())
}
