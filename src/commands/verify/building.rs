//! Building the source, when the user asks for it.

use std::path::Path;

use super::super::Session;
use super::VerifyArgs;
use super::target::Target;
use crate::backend::build::{self, Unpacked};
use crate::backend::files;
use crate::backend::git::Repository;
use crate::checksum::Algorithm;
use crate::evidence::{Evidence, Known};
use crate::openpgp::Judgement;
use crate::project::FILE_NAME;
use crate::project::file::SettingsFile;

/// The commands to run: the voter's own, by command line, settings or a checkout that they named. What
/// only the archive brings is a stranger's, and run if that is said.
pub(super) fn commands(
    session: &Session,
    target: &Target,
    args: &VerifyArgs,
    told: &[String],
) -> Known<Vec<String>> {
    if !args.build_with.is_empty() {
        return Ok(args.build_with.clone());
    }
    let around = Repository::discover(Path::new(".")).ok();
    let settings = session.settings(around.as_ref(), None).map_err(|failure| failure.error)?;
    let own = [
        Some(settings.user.verify.build),
        target.settings.as_ref().map(|settings| settings.verify.build.clone()),
        checkout(args)?,
    ];
    if let Some(own) = own.into_iter().flatten().find(|commands| !commands.is_empty()) {
        return Ok(own);
    }
    match (told, args.build_as_told) {
        ([], _) => {
            Err("the settings name no commands: `build` in the [verify] table, or --build-with"
                .to_owned())
        }
        (told, true) => Ok(told.to_vec()),
        (told, false) => {
            let shown: Vec<String> = told.iter().map(|command| format!("`{command}`")).collect();
            Err(format!(
                "only the archive itself says what builds it ({}): look at that, and run it with --build-as-told, or name your own commands with --build-with",
                shown.join(", ")
            ))
        }
    }
}

/// The commands in the checkout that was named with --git.
fn checkout(args: &VerifyArgs) -> Known<Option<Vec<String>>> {
    const LARGEST_SETTINGS: u64 = 1 << 20;
    let Some(place) = args.git.as_ref().filter(|place| files::is_directory(Path::new(place)))
    else {
        return Ok(None);
    };
    let repository = Repository::discover(Path::new(place)).map_err(|error| error.to_string())?;
    let Some(top) = repository.work_tree() else { return Ok(None) };
    let path = top.join(FILE_NAME);
    let text = files::read_text(&path, LARGEST_SETTINGS).map_err(|error| error.to_string())?;
    let settings = text.map(|text| SettingsFile::parse(&text, &path.display().to_string()));
    let settings = settings.transpose().map_err(|error| error.to_string())?;
    Ok(settings.map(|settings| settings.verify.build))
}

/// Unpacks the source and runs the project's commands, up to the first that fails. Only what a key
/// in KEYS vouches for is run.
pub(super) fn build(
    session: &Session,
    target: &Target,
    evidence: &Evidence,
    commands: &[String],
) -> Known<Option<Vec<(String, i32)>>> {
    if let Ok(Some(keys)) = &evidence.keys
        && let Some(doubt) = &keys.doubt
    {
        return Err(format!("nothing is run that only such a KEYS file vouches for: {doubt}"));
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
