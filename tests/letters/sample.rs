//! Projects and candidates for the tests of letters.

use chrono::{DateTime, Utc};
use plusone::letters::facts::{ArtifactFacts, SignerFacts};
use plusone::letters::gather::{Staged, Subject};
use plusone::letters::template::Source;
use plusone::letters::window::Window;
use plusone::letters::{Kind, Letter};
use plusone::policy::Preset;
use plusone::project::file::SettingsFile;
use plusone::project::mail::LetterSettings;
use plusone::project::template::Names;
use plusone::project::{FILE_NAME, Flags, Project};
use plusone::release::{CandidateNumber, Version};
use serde::Serialize;

use crate::support;

pub const FROM: &str = "Jane Doe <jane@apache.org>";
pub const COMMIT: &str = "7f9f04e3ea6025fe3c4b7e7c2d9d0c20bd47bafe";

/// A Friday (cal(1)).
pub const FRIDAY: &str = "2026-11-20T10:00:00Z";
/// A Monday.
pub const MONDAY: &str = "2026-11-16T08:30:12Z";

/// A project with a candidate, from the text of its settings.
pub struct Sample {
    pub project: Project,
    pub settings: LetterSettings,
    pub version: Version,
    pub rc: Option<CandidateNumber>,
}

impl Sample {
    pub fn new(toml: &str, version: &str, rc: Option<u32>) -> Self {
        let file = SettingsFile::parse(toml, FILE_NAME).unwrap();
        let user = SettingsFile::default();
        let project = Project::resolve(&user, &file, &Flags::default()).unwrap();
        Self {
            settings: LetterSettings::resolve(&user, &file, &project),
            project,
            version: version.parse().unwrap(),
            rc: rc.map(CandidateNumber),
        }
    }

    pub fn subject(&self) -> Subject<'_> {
        Subject {
            project: &self.project,
            settings: &self.settings,
            version: &self.version,
            rc: self.rc,
            from: FROM,
        }
    }

    pub fn names(&self) -> Names {
        self.project.names(Some(&self.version), self.rc)
    }

    /// Its archives by the project's own naming, as staged at revision 78901.
    pub fn staged(&self) -> Staged {
        let base = self.project.archive.value.render(&self.names()).unwrap();
        let formats = self.project.formats.value.iter();
        let artifacts = formats.map(|format| artifact("", &format!("{base}.{format}")));
        Staged {
            commit: COMMIT.parse().unwrap(),
            tagged: true,
            url: None,
            revision: Some(78901),
            artifacts: artifacts.collect(),
            signer: SignerFacts {
                fingerprint: support::JANE.to_owned(),
                name: Some("Jane Doe (CODE SIGNING KEY)".to_owned()),
            },
        }
    }

    /// The call to vote, sent on a Monday.
    pub fn call(&self) -> Letter {
        let window = window(MONDAY, 72, self.project.preset.value);
        rendered(Kind::Vote, &self.subject().vote(&self.staged(), window, None).unwrap())
    }
}

/// An artifact whose digest is that of its name.
pub fn artifact(directory: &str, name: &str) -> ArtifactFacts {
    use sha2::{Digest, Sha512};
    let digest = Sha512::digest(name.as_bytes());
    ArtifactFacts {
        directory: directory.to_owned(),
        name: name.to_owned(),
        sha512: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}

pub fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub fn window(opened: &str, hours: u32, preset: Preset) -> Window {
    Window::new(instant(opened), hours, preset, None).unwrap()
}

#[track_caller]
pub fn rendered(kind: Kind, facts: &impl Serialize) -> Letter {
    filled(kind, None, facts)
}

#[track_caller]
pub fn filled(kind: Kind, own: Option<Source<'_>>, facts: &impl Serialize) -> Letter {
    Letter::render(kind, own, FROM, facts)
        .unwrap_or_else(|error| panic!("{error}\n{}", error.excerpt()))
}

/// Compares a letter with its snapshot, which a person has read. `PLUSONE_BLESS=1` writes it anew,
/// to be read again.
#[track_caller]
pub fn snapshot(name: &str, letter: &Letter) {
    let path = support::root().join("tests/fixtures/letters").join(format!("{name}.txt"));
    let draft = letter.draft();
    if std::env::var_os("PLUSONE_BLESS").is_some() {
        std::fs::write(&path, &draft).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(draft, expected, "{} differs", path.display());
}
