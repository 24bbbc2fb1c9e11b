//! Layered settings, resolved to one [`Project`] whose values know where they came from.
//!
//! The layers, lowest first: what plusone assumes for the kind of project, the user's own file,
//! `plusone.toml` in the repository, flags. Defaults are applied last, so that a layer that says
//! nothing never hides one below it. Pure: whoever calls reads the files.

pub mod detect;
pub mod file;
pub mod mail;
pub mod manifests;
pub mod reference;
pub mod template;

use std::fmt;
use std::str::FromStr;

use crate::archive::{Format, Level};
use crate::policy::Preset;
use crate::release::{CandidateNumber, ProjectName, Version};
use file::{Lines, SettingsFile, Submodules, VersionFile};
use template::{MissingValue, Names, Template};

/// The name of the settings file in a repository's root.
pub const FILE_NAME: &str = "plusone.toml";

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Assumed for this kind of project.
    Default(Preset),
    /// The user's own settings.
    User,
    /// `plusone.toml`.
    Project,
    /// A flag of the command line.
    Flag(&'static str),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Default(preset) => write!(f, "default for {}", preset.as_str()),
            Source::User => f.write_str("your own settings"),
            Source::Project => f.write_str(FILE_NAME),
            Source::Flag(flag) => f.write_str(flag),
        }
    }
}

/// A value with its source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// Where it came from.
    pub source: Source,
}

/// Everything that is known about the project that is released.
#[derive(Debug, Clone)]
pub struct Project {
    /// Short name.
    pub name: Sourced<ProjectName>,
    /// Full name.
    pub display: Sourced<String>,
    /// Which rules apply.
    pub preset: Sourced<Preset>,
    /// The component released from here, if the project has several.
    pub component: Option<ProjectName>,
    /// The release's tag.
    pub tag: Sourced<Template>,
    /// A candidate's tag.
    pub candidate_tag: Sourced<Template>,
    /// The archive's base name.
    pub archive: Sourced<Template>,
    /// The one directory inside.
    pub top_directory: Sourced<Template>,
    /// The archive formats.
    pub formats: Sourced<Vec<Format>>,
    /// What to do with submodules.
    pub submodules: Sourced<Submodules>,
    /// How hard to compress.
    pub level: Sourced<Level>,
    /// Who signs, as gpg's `--local-user`.
    pub key: Option<Sourced<String>>,
    /// The staging area.
    pub dist_dev: Option<Sourced<Template>>,
    /// Where voters read the staging area, if at another address.
    pub dev_public: Option<Sourced<Template>>,
    /// Directory of a candidate, in the staging area and as local output.
    pub dev_directory: Sourced<Template>,
    /// The release area.
    pub dist_release: Option<Sourced<Template>>,
    /// Directory of a release there; `.` if all releases share one.
    pub release_directory: Sourced<Template>,
    /// Which releases form a line of which only the newest stays there.
    pub lines: Lines,
    /// Where the project's KEYS file is read from.
    pub keys: Option<Sourced<Template>>,
    /// Where the roster comes from.
    pub roster: Roster,
    /// Files that name the version, besides the usual manifests.
    pub versions: Vec<VersionFile>,
}

/// Where the roster comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Roster {
    /// The ASF's public data, at this base address.
    Whimsy(String),
    /// A local file.
    File(String),
    /// Ids in the settings.
    List(Vec<String>),
    /// Nothing is said.
    Unset,
}

/// Flags that overrule settings.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    /// `--project`
    pub project: Option<ProjectName>,
    /// `--archive`
    pub formats: Vec<Format>,
    /// `--key`
    pub key: Option<String>,
    /// `--level`
    pub level: Option<Level>,
}

/// Settings that do not make a project.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProjectError {
    /// No layer says what the project is called.
    #[error("the project has no name")]
    Unnamed,
    /// A value that is none of the words allowed.
    #[error("`{setting}` in {layer} is wrong: {message}")]
    Value {
        /// As in `naming.formats`.
        setting: &'static str,
        /// Which layer.
        layer: Source,
        /// What is wrong with it.
        message: String,
    },
}

impl Project {
    /// Resolves the layers.
    ///
    /// # Errors
    /// See [`ProjectError`].
    pub fn resolve(
        user: &SettingsFile,
        project: &SettingsFile,
        flags: &Flags,
    ) -> Result<Self, ProjectError> {
        let personal = [
            ("dist.svn_username", &project.dist.svn_username),
            ("dist.svn_password_command", &project.dist.svn_password_command),
        ];
        if let Some((setting, _)) = personal.into_iter().find(|(_, value)| value.is_some()) {
            return Err(ProjectError::Value {
                setting,
                layer: Source::Project,
                message: "it belongs in your own settings: who logs in, and what runs to get a \
                          password, is not for a repository to say"
                    .to_owned(),
            });
        }
        let layers = Layers { user, project };
        let preset = layers.pick(|file| file.project.kind).unwrap_or_else(|| Sourced {
            value: Preset::default(),
            source: Source::Default(Preset::default()),
        });
        let kind = preset.value;
        let name = match &flags.project {
            Some(name) => Sourced { value: name.clone(), source: Source::Flag("--project") },
            None => layers.pick(|file| file.project.name.clone()).ok_or(ProjectError::Unnamed)?,
        };
        let display = layers.pick(|file| file.project.display.clone()).unwrap_or_else(|| Sourced {
            value: default_display(kind, name.value.as_str()),
            source: Source::Default(kind),
        });
        let template = |pick: fn(&SettingsFile) -> Option<Template>, default: &str| {
            layers.pick(pick).unwrap_or_else(|| fallback(default, kind))
        };
        let optional = |pick: fn(&SettingsFile) -> Option<Template>, default: Option<&str>| {
            layers.pick(pick).or_else(|| Some(fallback(default?, kind)))
        };
        let archive = template(|file| file.naming.archive.clone(), default_archive(kind));
        let area = |area: &str| match kind {
            Preset::TopLevel => {
                Some(format!("https://dist.apache.org/repos/dist/{area}/{{project}}"))
            }
            Preset::Podling => {
                Some(format!("https://dist.apache.org/repos/dist/{area}/incubator/{{project}}"))
            }
            Preset::Plain => None,
        };
        let keys = match kind {
            Preset::TopLevel => Some("https://downloads.apache.org/{project}/KEYS"),
            Preset::Podling => Some("https://downloads.apache.org/incubator/{project}/KEYS"),
            Preset::Plain => None,
        };
        Ok(Self {
            display,
            component: layers.pick(|file| file.project.component.clone()).map(|c| c.value),
            tag: template(|file| file.naming.tag.clone(), "v{version}"),
            candidate_tag: template(|file| file.naming.candidate_tag.clone(), "v{version}-rc{rc}"),
            top_directory: layers
                .pick(|file| file.naming.top_directory.clone())
                .unwrap_or_else(|| archive.clone()),
            archive,
            formats: formats(&layers, flags, kind)?,
            submodules: layers
                .pick(|file| file.source.submodules)
                .unwrap_or(Sourced { value: Submodules::default(), source: Source::Default(kind) }),
            level: level(&layers, flags, kind)?,
            key: match &flags.key {
                Some(key) => Some(Sourced { value: key.clone(), source: Source::Flag("--key") }),
                None => layers.pick(|file| file.signing.key.clone()),
            },
            dist_dev: optional(|file| file.dist.dev.clone(), area("dev").as_deref()),
            dev_public: optional(|file| file.dist.dev_public.clone(), None),
            dev_directory: template(|file| file.dist.dev_directory.clone(), "{version}-rc{rc}"),
            dist_release: optional(|file| file.dist.release.clone(), area("release").as_deref()),
            release_directory: template(|file| file.dist.release_directory.clone(), "{version}"),
            lines: layers.pick(|file| file.dist.lines).map_or_else(Lines::default, |set| set.value),
            keys: optional(|file| file.dist.keys.clone(), keys),
            roster: roster(&layers, kind)?,
            versions: [&user.versions[..], &project.versions[..]].concat(),
            preset,
            name,
        })
    }

    /// The values for templates.
    pub fn names(&self, version: Option<&Version>, rc: Option<CandidateNumber>) -> Names {
        Names {
            project: self.name.value.to_string(),
            display: Some(public_name(self.preset.value, &self.display.value)),
            component: self.component.as_ref().map(ProjectName::to_string),
            version: version.cloned(),
            rc,
            incubating: self.preset.value == Preset::Podling,
        }
    }

    /// Where the KEYS file is read from, if anywhere.
    ///
    /// # Errors
    /// A template that needs a version.
    pub fn keys_address(&self) -> Result<Option<String>, MissingValue> {
        let names = self.names(None, None);
        self.keys.as_ref().map(|keys| keys.value.render(&names)).transpose()
    }
}

/// What a project of this kind is called in full when nothing says otherwise.
pub fn default_display(kind: Preset, name: &str) -> String {
    let mut letters = name.chars();
    let capital: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    let name = format!("{capital}{}", letters.as_str());
    if kind.is_asf() { format!("Apache {name}") } else { name }
}

/// What the public is told: a podling is `Apache Burr (Incubating)` (P-24).
pub fn public_name(kind: Preset, display: &str) -> String {
    if kind == Preset::Podling && !display.to_lowercase().contains("incubating") {
        return format!("{display} (Incubating)");
    }
    display.to_owned()
}

/// The archive's base name when nothing says otherwise: no candidate number in it, so that
/// promotion renames nothing (S-05).
pub const fn default_archive(kind: Preset) -> &'static str {
    match kind {
        Preset::Plain => "{project}{-component}-{version}-src",
        Preset::TopLevel | Preset::Podling => {
            "apache-{project}{-component}-{version}{-incubating}-src"
        }
    }
}

struct Layers<'a> {
    user: &'a SettingsFile,
    project: &'a SettingsFile,
}

impl Layers<'_> {
    fn pick<T>(&self, pick: impl Fn(&SettingsFile) -> Option<T>) -> Option<Sourced<T>> {
        let from = |file, source| pick(file).map(|value| Sourced { value, source });
        from(self.project, Source::Project).or_else(|| from(self.user, Source::User))
    }
}

fn fallback(template: &str, kind: Preset) -> Sourced<Template> {
    let value = template.parse().expect("the templates in this file are well-formed");
    Sourced { value, source: Source::Default(kind) }
}

fn formats(
    layers: &Layers<'_>,
    flags: &Flags,
    kind: Preset,
) -> Result<Sourced<Vec<Format>>, ProjectError> {
    let mut formats = if !flags.formats.is_empty() {
        Sourced { value: flags.formats.clone(), source: Source::Flag("--archive") }
    } else if let Some(Sourced { value, source }) = layers.pick(|file| file.naming.formats.clone())
    {
        let parsed = value.iter().map(|text| Format::from_str(text)).collect::<Result<Vec<_>, _>>();
        let wrong = |message: String| ProjectError::Value {
            setting: "naming.formats",
            layer: source.clone(),
            message,
        };
        let value = parsed.map_err(wrong)?;
        if value.is_empty() {
            return Err(wrong("it names no format".to_owned()));
        }
        Sourced { value, source }
    } else {
        Sourced { value: vec![Format::TarGz], source: Source::Default(kind) }
    };
    formats.value.sort();
    formats.value.dedup();
    Ok(formats)
}

fn level(layers: &Layers<'_>, flags: &Flags, kind: Preset) -> Result<Sourced<Level>, ProjectError> {
    if let Some(value) = flags.level {
        return Ok(Sourced { value, source: Source::Flag("--level") });
    }
    let Some(Sourced { value, source }) = layers.pick(|file| file.source.level.clone()) else {
        return Ok(Sourced { value: Level::default(), source: Source::Default(kind) });
    };
    match value.parse() {
        Ok(value) => Ok(Sourced { value, source }),
        Err(message) => {
            Err(ProjectError::Value { setting: "source.level", layer: source, message })
        }
    }
}

fn roster(layers: &Layers<'_>, kind: Preset) -> Result<Roster, ProjectError> {
    const WHIMSY: &str = "https://whimsy.apache.org/public";
    let from = layers.pick(|file| file.vote.roster.from.clone()).map(|from| from.value);
    let Some(Sourced { value, source }) = layers.pick(|file| file.vote.roster.source.clone())
    else {
        return Ok(if kind.is_asf() {
            Roster::Whimsy(from.unwrap_or_else(|| WHIMSY.to_owned()))
        } else {
            Roster::Unset
        });
    };
    let wrong = |message: &str| ProjectError::Value {
        setting: "vote.roster.source",
        layer: source.clone(),
        message: message.to_owned(),
    };
    match (&value[..], from) {
        ("whimsy", from) => Ok(Roster::Whimsy(from.unwrap_or_else(|| WHIMSY.to_owned()))),
        ("file", Some(path)) => Ok(Roster::File(path)),
        ("file", None) => Err(wrong("`file` also needs `from`, the path of the roster")),
        ("list", _) => {
            let ids = layers
                .pick(|file| Some(file.vote.roster.ids.clone()).filter(|ids| !ids.is_empty()));
            ids.map(|ids| Roster::List(ids.value)).ok_or_else(|| wrong("`list` also needs `ids`"))
        }
        _ => Err(wrong("expected `whimsy`, `file` or `list`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(project: &str, user: &str, flags: &Flags) -> Result<Project, ProjectError> {
        let parse = |text, path| SettingsFile::parse(text, path).expect("settings");
        Project::resolve(&parse(user, "user"), &parse(project, FILE_NAME), flags)
    }

    #[test]
    fn no_repository_says_who_logs_in() {
        for line in ["svn_username = \"jane\"", "svn_password_command = \"curl evil.example\""] {
            let said = format!("[project]\nname = \"demo\"\n[dist]\n{line}\n");
            let refused = resolve(&said, "", &Flags::default());
            assert!(matches!(refused, Err(ProjectError::Value { layer: Source::Project, .. })));
            assert!(resolve("", &said, &Flags::default()).is_ok(), "{line}");
        }
    }

    #[test]
    fn each_value_knows_its_layer() {
        let project = "[project]\nname = \"fortress\"\n[naming]\ntag = \"rel/{version}\"\n";
        let user = "[signing]\nkey = \"jane@apache.org\"\n[naming]\ntag = \"x{version}\"\n";
        let flags = Flags { formats: vec![Format::Zip, Format::TarGz], ..Flags::default() };
        let resolved = resolve(project, user, &flags).expect("a project");
        assert_eq!(resolved.tag.value.as_str(), "rel/{version}");
        assert_eq!(resolved.tag.source, Source::Project);
        assert_eq!(resolved.key.map(|key| key.source), Some(Source::User));
        assert_eq!(resolved.formats.value, [Format::TarGz, Format::Zip]);
        assert_eq!(resolved.display.value, "Apache Fortress");
        let version = "1.2.0".parse().ok();
        let names = Names { project: "fortress".into(), version, ..Names::default() };
        assert_eq!(
            resolved.archive.value.render(&names).as_deref(),
            Ok("apache-fortress-1.2.0-src")
        );
    }

    #[test]
    fn podlings_say_incubating_and_live_in_the_incubator() {
        let text = "[project]\nname = \"burr\"\nkind = \"podling\"\n";
        let podling = resolve(text, "", &Flags::default()).expect("a project");
        let names = podling.names("0.40.0".parse().ok().as_ref(), Some(CandidateNumber(1)));
        let render = |t: &Template| t.render(&names).expect("all values");
        assert_eq!(render(&podling.archive.value), "apache-burr-0.40.0-incubating-src");
        let dev = podling.dist_dev.expect("a default").value;
        assert_eq!(render(&dev), "https://dist.apache.org/repos/dist/dev/incubator/burr");
    }

    #[test]
    fn mistakes_have_a_place() {
        let error = SettingsFile::parse("[project]\nname = \"a\"\nnmae = \"b\"\n", FILE_NAME);
        let error = error.expect_err("an unknown name");
        assert_eq!((error.line, error.column), (3, 1));
        assert!(error.message.contains("nmae"), "{}", error.message);
        let wrong = resolve(
            "[project]\nname = \"a\"\n[naming]\nformats = [\"rar\"]\n",
            "",
            &Flags::default(),
        );
        assert!(matches!(wrong, Err(ProjectError::Value { setting: "naming.formats", .. })));
        assert_eq!(resolve("", "", &Flags::default()).err(), Some(ProjectError::Unnamed));
    }
}
