//! What is exempt without anybody's saying so: what RAT and the ASF's own service leave out, and what the ASF's FAQ on
//! headers names (P-11).

/// A pattern, as in `.gitignore`, with its reason.
pub(super) struct Exemption {
    pub(super) pattern: &'static str,
    pub(super) why: &'static str,
}

macro_rules! exempt {
    ($($why:literal: $($pattern:literal)*;)*) => {
        /// In the order in which they are asked.
        pub(super) const EXEMPTIONS: &[Exemption] =
            &[$($(Exemption { pattern: $pattern, why: $why }),*),*];
    };
}

exempt! {
    "it holds a licence or a notice itself":
        "**/{LICENSE,LICENCE,NOTICE,COPYING,DISCLAIMER,COPYRIGHT,PATENTS,license,notice,License,Licence}"
        "**/{LICENSE,LICENCE,NOTICE,COPYING,DISCLAIMER,COPYRIGHT}[-.]*"
        "**/{licenses,LICENSES,licences}/**";
    "it is a short informational file":
        "**/{README,INSTALL,BUILDING,BUILD,NEWS,AUTHORS,CONTRIBUTORS,CONTRIBUTING,MAINTAINERS,CHANGES,CHANGELOG,ChangeLog,HISTORY,THANKS,TODO,VERSION,KEYS,SECURITY,CODE_OF_CONDUCT,RELEASE-NOTES,RELEASE_NOTES}"
        "**/{README,INSTALL,BUILDING,NEWS,AUTHORS,CONTRIBUTORS,CONTRIBUTING,MAINTAINERS,CHANGES,CHANGELOG,HISTORY,THANKS,TODO,VERSION,SECURITY,CODE_OF_CONDUCT,RELEASE-NOTES,RELEASE_NOTES}.{md,txt,rst,adoc}"
        "**/{Readme,readme}.{md,txt,rst,adoc}";
    "it holds settings without creativity":
        "**/{.gitignore,.gitattributes,.gitmodules,.gitkeep,.keep,.mailmap,.hgignore,.hgtags,.cvsignore,.bzrignore}"
        "**/{.dockerignore,.npmignore,.helmignore,.eslintignore,.prettierignore,.stylelintignore,.nvmrc,.npmrc,.node-version,.python-version,.ruby-version,.java-version,.sdkmanrc,.tool-versions,.browserslistrc}"
        "**/{py.typed,.nojekyll,CNAME,robots.txt}"
        "**/{.rat-excludes,rat-excludes.txt,.licenserc.yaml,.licenserc.yml}";
    "it lists class names for Java's service loader":
        "**/META-INF/services/*";
    "an editor or an operating system made it":
        "**/{.project,.classpath,.factorypath,.checkstyle,.DS_Store}"
        "**/*.{iml,ipr,iws}"
        "**/{*~,#*#,.#*,._*}";
    "it lies in a hidden directory, which RAT leaves out":
        "**/.*/**";
}
