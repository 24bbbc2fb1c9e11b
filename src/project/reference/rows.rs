//! The rows: each table of the settings file with its settings, in the order of the page.

use super::Assumed::{ByKind, Nothing, Value, Words};
use super::Home::{self, Either, User};
use super::{Setting, Table};

/// All settings.
pub const TABLES: &[Table] = &[
    Table {
        header: "[project]",
        about: "Who releases. `plusone init` fills most of it in from what the repository shows.",
        settings: &[
            Setting {
                name: "project.name",
                takes: "a short name in lower case",
                home: Either,
                default: Nothing,
                text: "The name in the roster and in the dist area. The one setting that every \
                       project needs; `--project` says it for one run.",
                example: "name = \"fortress\"",
            },
            Setting {
                name: "project.display",
                takes: "text",
                home: Either,
                default: Words(
                    "`Apache` and the short name with a capital; for plain projects \
                                the short name with a capital",
                ),
                text: "The full name, for mails. Leave out `(Incubating)`: it is added for \
                       podlings.",
                example: "display = \"Apache Fortress\"",
            },
            Setting {
                name: "project.kind",
                takes: "`top-level`, `podling` or `plain`",
                home: Either,
                default: Value("\"top-level\""),
                text: "Which rules apply. A `plain` project is outside the ASF: nothing of the \
                       ASF's servers, lists and rosters is assumed.",
                example: "kind = \"top-level\"",
            },
            Setting {
                name: "project.component",
                takes: "a short name in lower case",
                home: Either,
                default: Nothing,
                text: "Which of several components of the project is released from this \
                       repository.",
                example: "component = \"core\"",
            },
            Setting {
                name: "project.description",
                takes: "text",
                home: Either,
                default: Nothing,
                text: "What the project is, in three to five lines; announcements need it (A-05).",
                example: "description = \"Apache Fortress manages roles, users and permissions, and decides \
                          who may do what. It keeps them in an LDAP directory. There are a Java \
                          API and a web service.\"",
            },
            Setting {
                name: "project.site",
                takes: "a web address",
                home: Either,
                default: Nothing,
                text: "The home page.",
                example: "site = \"https://fortress.apache.org\"",
            },
            Setting {
                name: "project.download_page",
                takes: "a web address",
                home: Either,
                default: Nothing,
                text: "The download page; announcements need it (A-03).",
                example: "download_page = \"https://fortress.apache.org/download/\"",
            },
            Setting {
                name: "project.repository",
                takes: "a web address",
                home: Either,
                default: Nothing,
                text: "Where the repository is shown. Mails link tag and commit there.",
                example: "repository = \"https://github.com/apache/fortress\"",
            },
        ],
    },
    Table {
        header: "[naming]",
        about: "What tags and archives are called. All but `formats` are templates. The \
                archive's name should not have the number of the candidate (S-05): what was voted \
                on is then published unchanged.",
        settings: &[
            Setting {
                name: "naming.tag",
                takes: "a template",
                home: Either,
                default: Value("\"v{version}\""),
                text: "The release's tag.",
                example: "tag = \"rel/{version}\"",
            },
            Setting {
                name: "naming.candidate_tag",
                takes: "a template",
                home: Either,
                default: Value("\"v{version}-rc{rc}\""),
                text: "The tag of a candidate. `package` reads version and number back out of it.",
                example: "candidate_tag = \"{version}RC{rc}\"",
            },
            Setting {
                name: "naming.archive",
                takes: "a template",
                home: Either,
                default: ByKind([
                    "\"apache-{project}{-component}-{version}{-incubating}-src\"",
                    "\"apache-{project}{-component}-{version}{-incubating}-src\"",
                    "\"{project}{-component}-{version}-src\"",
                ]),
                text: "The name of the source archive, without its ending.",
                example: "archive = \"{project}-{version}-source\"",
            },
            Setting {
                name: "naming.top_directory",
                takes: "a template",
                home: Either,
                default: Words("what `naming.archive` says"),
                text: "The one directory in the archive that holds everything.",
                example: "top_directory = \"{project}-{version}\"",
            },
            Setting {
                name: "naming.formats",
                takes: "a list of `tar.gz`, `tgz`, `tar.xz` and `zip`",
                home: Either,
                default: Value("[\"tar.gz\"]"),
                text: "The forms in which the source is packed. `--archive` overrules it.",
                example: "formats = [\"tar.gz\", \"zip\"]",
            },
        ],
    },
    Table {
        header: "[source]",
        about: "What goes into the source archive, besides what `export-ignore` and \
                `export-subst` in the commit's own `.gitattributes` say.",
        settings: &[
            Setting {
                name: "source.submodules",
                takes: "`error`, `include` or `empty`",
                home: Either,
                default: Value("\"error\""),
                text: "What to do with git submodules: refuse, pack each at its recorded commit, \
                       or leave an empty directory as `git archive` does.",
                example: "submodules = \"include\"",
            },
            Setting {
                name: "source.level",
                takes: "`best` or `fast`",
                home: Either,
                default: Value("\"best\""),
                text: "How hard to compress. It changes the bytes of the archive, not what is in \
                       it.",
                example: "level = \"fast\"",
            },
        ],
    },
    Table {
        header: "[[versions]]",
        about: "Files that name the version, besides the usual manifests (`Cargo.toml`, \
                `pom.xml`, `package.json` and so on), which are looked at anyway. One table for \
                each; `doctor` compares them with the version that is released.",
        settings: &[
            Setting {
                name: "versions.file",
                takes: "a path in the repository",
                home: Either,
                default: Nothing,
                text: "The file.",
                example: "file = \"src/version.h\"",
            },
            Setting {
                name: "versions.after",
                takes: "text",
                home: Either,
                default: Nothing,
                text: "The text just before the version.",
                example: "after = '#define VERSION \"'",
            },
        ],
    },
    Table {
        header: "[signing]",
        about: "Who signs. It belongs in your own file: each release manager has another key.",
        settings: &[Setting {
            name: "signing.key",
            takes: "a fingerprint, key id or address",
            home: Either,
            default: Words("the one secret key that fits, if there is one only"),
            text: "The key, as gpg's `--local-user` takes it. `--key` overrules it.",
            example: "key = \"026C42E54EACA43DBD3E37BE2BD8343396AF737C\"",
        }],
    },
    Table {
        header: "[dist]",
        about: "Where candidates and releases lie.",
        settings: &[
            Setting {
                name: "dist.dev",
                takes: "a template of an address",
                home: Either,
                default: ByKind([
                    "\"https://dist.apache.org/repos/dist/dev/{project}\"",
                    "\"https://dist.apache.org/repos/dist/dev/incubator/{project}\"",
                    "",
                ]),
                text: "The staging area: a directory in a Subversion repository, or `directory:/path`.",
                example: "dev = \"https://dist.apache.org/repos/dist/dev/{project}/{component}\"",
            },
            Setting {
                name: "dist.dev_public",
                takes: "a template of an address",
                home: Either,
                default: Words("`dist.dev`"),
                text: "Where voters read the staging area, if at another address than it is \
                       written to: that of a web server which shows the directory, or that \
                       which everybody may read of `svn+ssh://`. The mails name it.",
                example: "dev_public = \"https://example.org/dev/{project}\"",
            },
            Setting {
                name: "dist.dev_directory",
                takes: "a template",
                home: Either,
                default: Value("\"{version}-rc{rc}\""),
                text: "The directory of a candidate below it, and below `dist/` on your machine.",
                example: "dev_directory = \"{project}-{version}-RC{rc}\"",
            },
            Setting {
                name: "dist.release",
                takes: "a template of an address",
                home: Either,
                default: ByKind([
                    "\"https://dist.apache.org/repos/dist/release/{project}\"",
                    "\"https://dist.apache.org/repos/dist/release/incubator/{project}\"",
                    "",
                ]),
                text: "The release area.",
                example: "release = \
                          \"https://dist.apache.org/repos/dist/release/{project}/{component}\"",
            },
            Setting {
                name: "dist.release_directory",
                takes: "a template",
                home: Either,
                default: Value("\"{version}\""),
                text: "The directory of a release below it; `.` if all releases share one.",
                example: "release_directory = \"{project}-{version}\"",
            },
            Setting {
                name: "dist.lines",
                takes: "`minor`, `major`, `one` or `each`",
                home: Either,
                default: Value("\"minor\""),
                text: "Which releases form a line, of which only the newest stays in the release \
                       area (X-02): those with the same first two numbers, the same first number, \
                       all, or each its own, so that nothing is ever taken out.",
                example: "lines = \"major\"",
            },
            Setting {
                name: "dist.keys",
                takes: "a template of an address, or a path",
                home: Either,
                default: ByKind([
                    "\"https://downloads.apache.org/{project}/KEYS\"",
                    "\"https://downloads.apache.org/incubator/{project}/KEYS\"",
                    "",
                ]),
                text: "Where the project's KEYS file is read.",
                example: "keys = \"https://example.org/{project}/KEYS\"",
            },
            Setting {
                name: "dist.svn_username",
                takes: "text",
                home: User,
                default: Words("what Subversion has stored"),
                text: "Who logs in at the Subversion server. `--svn-username` overrules it.",
                example: "svn_username = \"jane\"",
            },
            Setting {
                name: "dist.svn_password_command",
                takes: "a shell command",
                home: User,
                default: Words("what Subversion has stored"),
                text: "Prints the Subversion password of that user, which is handed to svn on its \
                       standard input. `--svn-password-command` overrules it.",
                example: "svn_password_command = \"pass show apache/ldap\"",
            },
        ],
    },
    Table {
        header: "[vote]",
        about: "The vote: how it is called, and how it is counted.",
        settings: &[
            Setting {
                name: "vote.list",
                takes: "a mail address",
                home: Either,
                default: Words(
                    "`dev@NAME.apache.org`, NAME being the short name; for plain \
                                projects nothing",
                ),
                text: "The list that the vote is held on. Never a private one (V-11).",
                example: "list = \"dev@directory.apache.org\"",
            },
            Setting {
                name: "vote.archive",
                takes: "an address",
                home: Either,
                default: ByKind([
                    "\"https://lists.apache.org\"",
                    "\"https://lists.apache.org\"",
                    "",
                ]),
                text: "The web archive of that list, a Pony Mail: votes are counted from it, and \
                       a mail is looked for in it where it is not known whether it was sent.",
                example: "archive = \"https://lists.example.org\"",
            },
            Setting {
                name: "vote.cc",
                takes: "a list of mail addresses",
                home: Either,
                default: Value("[]"),
                text: "Who gets a copy of the call, the result and a cancellation. Lists of users \
                       are none for candidates (S-03).",
                example: "cc = [\"pmc-chair@example.org\"]",
            },
            Setting {
                name: "vote.subject",
                takes: "a template",
                home: Either,
                default: Words(
                    "that of `templates/vote.txt`: `[VOTE] Release {display} {version} \
                                RC{rc}`",
                ),
                text: "The subject of the call.",
                example: "subject = \"[VOTE] Release {display} {version} based on RC{rc}\"",
            },
            Setting {
                name: "vote.template",
                takes: "a path in the repository",
                home: Either,
                default: Words("`templates/vote.txt` in plusone"),
                text: "The project's own template of the call.",
                example: "template = \"dev/vote.txt\"",
            },
            Setting {
                name: "vote.changes",
                takes: "a template of a web address",
                home: Either,
                default: Nothing,
                text: "The page that tells voters what has changed.",
                example: "changes = \"https://github.com/apache/fortress/blob/v{version}-rc{rc}/CHANGES.md\"",
            },
            Setting {
                name: "vote.build",
                takes: "a template of a web address",
                home: Either,
                default: Nothing,
                text: "The page that tells voters how to build it.",
                example: "build = \"https://fortress.apache.org/build.html\"",
            },
            Setting {
                name: "vote.hours",
                takes: "a number",
                home: Either,
                default: Value("72"),
                text: "How long the vote stays open at least. Below 72 hours a project of the ASF \
                       needs a reason, which the call states (V-03).",
                example: "hours = 96",
            },
            Setting {
                name: "vote.minimum",
                takes: "a number",
                home: Either,
                default: Value("3"),
                text: "The least binding +1. A project of the ASF can ask for more than three, \
                       not for less (T-01).",
                example: "minimum = 4",
            },
            Setting {
                name: "vote.minus_one",
                takes: "`majority` or `must-be-answered`",
                home: Either,
                default: Value("\"majority\""),
                text: "What a binding -1 does: it is weighed against the +1, as the ASF's rules \
                       say (T-02), or it also has to be answered before the vote passes.",
                example: "minus_one = \"must-be-answered\"",
            },
        ],
    },
    Table {
        header: "[vote.roster]",
        about: "Whose votes bind (T-03). `--roster` overrules it.",
        settings: &[
            Setting {
                name: "vote.roster.source",
                takes: "`whimsy`, `file` or `list`",
                home: Either,
                default: ByKind(["\"whimsy\"", "\"whimsy\"", ""]),
                text: "Where the roster comes from: the ASF's public data, a file, or the ids \
                       below.",
                example: "source = \"list\"",
            },
            Setting {
                name: "vote.roster.from",
                takes: "an address, or a path",
                home: Either,
                default: Words("`https://whimsy.apache.org/public` with `whimsy`"),
                text: "For `whimsy` another address of the same data; for `file` its path, which \
                       `file` needs. A file has a line for each member: `id  Name  [address…]`, \
                       or is one of the ASF's JSON files.",
                example: "from = \"dev/committee.txt\"",
            },
            Setting {
                name: "vote.roster.ids",
                takes: "a list of ids",
                home: Either,
                default: Value("[]"),
                text: "The members themselves, with `source = \"list\"`.",
                example: "ids = [\"jane\", \"john\", \"max\"]",
            },
            Setting {
                name: "vote.roster.ppmc",
                takes: "`whimsy`, an address, or a path",
                home: Either,
                default: Words("what the settings above say"),
                text: "The roster of a podling's own vote, as `--roster ppmc=` takes it.",
                example: "ppmc = \"dev/ppmc.txt\"",
            },
            Setting {
                name: "vote.roster.ipmc",
                takes: "`whimsy`, an address, or a path",
                home: Either,
                default: Words("what the settings above say"),
                text: "The roster of the Incubator's vote on a podling's release, as \
                       `--roster ipmc=` takes it.",
                example: "ipmc = \"whimsy\"",
            },
        ],
    },
    Table {
        header: "[vote.aliases]",
        about: "Further addresses and names of people who do not vote from their address at \
                apache.org, and their logins on GitHub.",
        settings: &[Setting {
            name: "vote.aliases",
            takes: "for each id a list of addresses, names, and logins as `github:LOGIN`",
            home: Either,
            default: Nothing,
            text: "Names are matched where an address is not known. `--alias` adds one for one \
                   run.",
            example: "jane = [\"jane@example.org\", \"Jane Doe\", \"github:janedoe\"]",
        }],
    },
    Table {
        header: "[verify]",
        about: "How a candidate is verified. `verify` reads this table and the next two in the \
                plusone.toml around you if it is that of the project, else in the source archive.",
        settings: &[
            Setting {
                name: "verify.build",
                takes: "a list of shell commands",
                home: Home::Project,
                default: Value("[]"),
                text: "What builds and tests the unpacked source, for `verify --build`, which goes by your own \
                       settings or the checkout that you name; what only the archive brings is run with \
                       `--build-as-told`. Nothing \
                       is run that no good signature vouches for.",
                example: "build = [\"./configure\", \"make check\"]",
            },
            Setting {
                name: "verify.exclude_headers",
                takes: "a list of globs",
                home: Home::Project,
                default: Value("[]"),
                text: "Files that need no licence header, besides what `.rat-excludes` and \
                       `.licenserc.yaml` say.",
                example: "exclude_headers = [\"testdata/**\"]",
            },
            Setting {
                name: "verify.reproducible",
                takes: "`true` or `false`",
                home: Home::Project,
                default: Value("false"),
                text: "Whether the archive can be made again to the byte, as those of `plusone \
                       package` can. `verify` then does so without being asked.",
                example: "reproducible = true",
            },
        ],
    },
    Table {
        header: "[checks]",
        about: "What the project makes of checks of good practice, those that [checks.md](checks.md) \
                lists with no rule of the ASF. A check that rests on a rule cannot be set.",
        settings: &[Setting {
            name: "checks",
            takes: "for an id of a check `allow`, `warn` or `deny`",
            home: Home::Project,
            default: Words("what the check itself says"),
            text: "Makes its findings notes, warnings or errors.",
            example: "source-tag-signed = \"deny\"",
        }],
    },
    Table {
        header: "[[waivers]]",
        about: "Findings that the project stands by. One table for each. What ties the candidate \
                to its signer and to its vote cannot be waived: signatures, checksums, the mail.",
        settings: &[
            Setting {
                name: "waivers.check",
                takes: "an id of a check",
                home: Home::Project,
                default: Nothing,
                text: "The check.",
                example: "check = \"source-matches-tag\"",
            },
            Setting {
                name: "waivers.path",
                takes: "a glob",
                home: Home::Project,
                default: Words("all findings of the check"),
                text: "Which paths, below the top directory.",
                example: "path = \"configure\"",
            },
            Setting {
                name: "waivers.reason",
                takes: "text",
                home: Home::Project,
                default: Nothing,
                text: "Why it is all right. It is printed wherever the result is.",
                example: "reason = \"made by buildconf, for users without autoconf\"",
            },
        ],
    },
    Table {
        header: "[result]",
        about: "The mail with the result.",
        settings: &[
            Setting {
                name: "result.subject",
                takes: "a template",
                home: Either,
                default: Words("`[RESULT]` and the subject of the call"),
                text: "Its subject.",
                example: "subject = \"[RESULT] [VOTE] Release {display} {version}\"",
            },
            Setting {
                name: "result.template",
                takes: "a path in the repository",
                home: Either,
                default: Words("`templates/result.txt` in plusone"),
                text: "The project's own template.",
                example: "template = \"dev/result.txt\"",
            },
        ],
    },
    Table {
        header: "[cancel]",
        about: "The mail that cancels a vote.",
        settings: &[
            Setting {
                name: "cancel.subject",
                takes: "a template",
                home: Either,
                default: Words("`[CANCEL]` and the subject of the call"),
                text: "Its subject.",
                example: "subject = \"[CANCEL] [VOTE] Release {display} {version} RC{rc}\"",
            },
            Setting {
                name: "cancel.template",
                takes: "a path in the repository",
                home: Either,
                default: Words("`templates/cancel.txt` in plusone"),
                text: "The project's own template.",
                example: "template = \"dev/cancel.txt\"",
            },
        ],
    },
    Table {
        header: "[reply]",
        about: "A voter's answer.",
        settings: &[
            Setting {
                name: "reply.subject",
                takes: "a template",
                home: Either,
                default: Words("`Re:` and the subject of the call"),
                text: "Its subject.",
                example: "subject = \"Re: [VOTE] Release {display} {version} RC{rc}\"",
            },
            Setting {
                name: "reply.template",
                takes: "a path in the repository",
                home: Either,
                default: Words("`templates/reply.txt` in plusone"),
                text: "The project's own template.",
                example: "template = \"dev/reply.txt\"",
            },
        ],
    },
    Table {
        header: "[announce]",
        about: "The announcement.",
        settings: &[
            Setting {
                name: "announce.to",
                takes: "a list of mail addresses",
                home: Either,
                default: Words(
                    "`announce@apache.org` and the list of the vote; for plain \
                                projects the list of the vote",
                ),
                text: "Who gets it.",
                example: "to = [\"announce@apache.org\", \"user@fortress.apache.org\"]",
            },
            Setting {
                name: "announce.cc",
                takes: "a list of mail addresses",
                home: Either,
                default: Value("[]"),
                text: "Who gets a copy.",
                example: "cc = [\"dev@fortress.apache.org\"]",
            },
            Setting {
                name: "announce.subject",
                takes: "a template",
                home: Either,
                default: Words(
                    "that of `templates/announce.txt`: `[ANNOUNCE] {display} {version} \
                                released`",
                ),
                text: "Its subject.",
                example: "subject = \"[ANN] {display} {version}\"",
            },
            Setting {
                name: "announce.template",
                takes: "a path in the repository",
                home: Either,
                default: Words("`templates/announce.txt` in plusone"),
                text: "The project's own template.",
                example: "template = \"dev/announce.txt\"",
            },
            Setting {
                name: "announce.changes",
                takes: "a template of a web address",
                home: Either,
                default: Nothing,
                text: "The page that tells users what has changed.",
                example: "changes = \"https://fortress.apache.org/release-notes-{version}.html\"",
            },
            Setting {
                name: "announce.verification",
                takes: "a web address",
                home: Either,
                default: ByKind([
                    "\"https://www.apache.org/info/verification.html\"",
                    "\"https://www.apache.org/info/verification.html\"",
                    "",
                ]),
                text: "The page that tells users how to verify a download.",
                example: "verification = \"https://fortress.apache.org/verify.html\"",
            },
            Setting {
                name: "announce.contact",
                takes: "a list of texts",
                home: Either,
                default: Value("[]"),
                text: "How to take part, a line each.",
                example: "contact = [\"Mailing list: user@fortress.apache.org\"]",
            },
        ],
    },
    Table {
        header: "[mail]",
        about: "How mail leaves your machine. Where a password goes and which programs run is for \
                you to say, not for a repository: all but the first two are refused in \
                plusone.toml.",
        settings: &[
            Setting {
                name: "mail.from",
                takes: "a name and a mail address",
                home: Either,
                default: Nothing,
                text: "The sender. announce@apache.org takes mail from addresses at apache.org \
                       only (A-04).",
                example: "from = \"Jane Doe <jane@apache.org>\"",
            },
            Setting {
                name: "mail.transport",
                takes: "`eml`, `smtp` or `sendmail`",
                home: Either,
                default: Value("\"eml\""),
                text: "A file to open in your mail program, an SMTP server, or the program \
                       `sendmail`.",
                example: "transport = \"smtp\"",
            },
            Setting {
                name: "mail.server",
                takes: "a name, with or without a port",
                home: User,
                default: ByKind(["\"mail-relay.apache.org\"", "\"mail-relay.apache.org\"", ""]),
                text: "The SMTP server.",
                example: "server = \"mail.example.org:587\"",
            },
            Setting {
                name: "mail.tls",
                takes: "`starttls` or `implicit`",
                home: User,
                default: Value("\"starttls\""),
                text: "How the connection is encrypted. There is no third way.",
                example: "tls = \"implicit\"",
            },
            Setting {
                name: "mail.user",
                takes: "text",
                home: User,
                default: Nothing,
                text: "Who logs in there.",
                example: "user = \"jane\"",
            },
            Setting {
                name: "mail.password_command",
                takes: "a shell command",
                home: User,
                default: Nothing,
                text: "Prints the password. There is no setting for the password itself.",
                example: "password_command = \"pass show apache/ldap\"",
            },
            Setting {
                name: "mail.ca",
                takes: "a path",
                home: User,
                default: Nothing,
                text: "Certificates that are trusted besides the system's.",
                example: "ca = \"/etc/ssl/example.pem\"",
            },
            Setting {
                name: "mail.sendmail",
                takes: "a program's name or path",
                home: User,
                default: Words("`sendmail`, where the PATH finds it"),
                text: "The program for `transport = \"sendmail\"`.",
                example: "sendmail = \"/usr/sbin/sendmail\"",
            },
        ],
    },
];
