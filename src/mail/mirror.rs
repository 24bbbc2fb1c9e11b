//! What was written on GitHub and mirrored to a list by the ASF's own machines: who wrote it, and their
//! words without the machine's frame. Pure.
//!
//! The forms are those of apache/infrastructure-github-discussions-notifier and
//! -github-event-notifier. Only where Message-ID, sender and text agree is it a mirrored mail.

use serde::Serialize;

/// Something written on GitHub.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mirrored {
    /// Who wrote it. Of a comment that is edited or deleted it is whose the comment is.
    pub login: String,
    /// What was done.
    pub deed: Deed,
    /// Where it stands on GitHub: of a comment the comment's own address.
    pub link: String,
}

/// What was done on GitHub.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Deed {
    /// A discussion, issue or pull request was opened; or edited, closed, reopened: the words are
    /// those it was opened with.
    Opened,
    /// A comment was written.
    Commented,
    /// A comment has other words now.
    Edited,
    /// A comment is gone; the words are those it had.
    Deleted,
}

/// Whose name the mirror puts before its mails.
pub(super) const ADDRESS: &str = "git@apache.org";
/// What their Message-IDs end with.
pub(super) const HOST: &str = "@gitbox.apache.org";

/// Behind `GitHub user LOGIN `.
const DISCUSSIONS: &[(&str, Deed)] = &[
    ("created a discussion:", Deed::Opened),
    ("edited a discussion:", Deed::Opened),
    ("closed a discussion:", Deed::Opened),
    ("reopened a discussion:", Deed::Opened),
    ("deleted a discussion:", Deed::Opened),
    ("added a comment to the discussion:", Deed::Commented),
    ("closed the discussion with a comment:", Deed::Commented),
    ("edited a comment on the discussion:", Deed::Edited),
    ("deleted a comment on the discussion:", Deed::Deleted),
];

/// Behind `LOGIN `.
const ISSUES: &[(&str, Deed)] = &[
    ("commented on issue #", Deed::Commented),
    ("commented on PR #", Deed::Commented),
    ("commented on code in PR #", Deed::Commented),
    ("opened a new issue, #", Deed::Opened),
    ("opened a new pull request, #", Deed::Opened),
    ("closed issue #", Deed::Opened),
    ("closed pull request #", Deed::Opened),
    ("merged PR #", Deed::Opened),
];

/// Reads a mail from [`ADDRESS`], with its `from` decoded: what it mirrors, and the writer's text.
pub(super) fn read(from: &str, text: &str) -> Option<(Mirrored, String)> {
    let (name, _) = from.trim().rsplit_once('<')?;
    let name = name.trim().trim_matches('"');
    let login = name.strip_suffix("(via GitHub)")?.trim_end();
    let text = text.trim_start();
    let (head, body) = text.split_once('\n').unwrap_or((text, ""));
    let told = |head: &str, forms: &[(&str, Deed)]| {
        let rest = head.strip_prefix(login)?.strip_prefix(' ')?;
        forms.iter().find(|(form, _)| rest.starts_with(form)).map(|(_, deed)| *deed)
    };
    let (deed, own, link) = match head.strip_prefix("GitHub user ") {
        Some(head) => {
            let deed = told(head, DISCUSSIONS)?;
            // A comment may hold such a line itself: the machine's is the last.
            let (own, end) = body.rsplit_once("GitHub link: ")?;
            (deed, own, end.lines().next()?)
        }
        None => {
            let deed = told(head, ISSUES)?;
            let (link, body) = body.strip_prefix("URL: ")?.split_once('\n')?;
            let (own, _) =
                body.rsplit_once("This is an automated message from the Apache Git Service.")?;
            (deed, own.trim_end().trim_end_matches('-'), link)
        }
    };
    let mirrored = Mirrored { login: login.to_owned(), deed, link: link.trim().to_owned() };
    Some((mirrored, format!("{}\n", own.trim_matches(['\n', '\r']).trim_end())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(from: &str, text: &str) -> Option<(String, Deed, String, String)> {
        let (mirrored, own) = super::read(from, text)?;
        Some((mirrored.login, mirrored.deed, mirrored.link, own))
    }

    const FROM: &str = "\"ann-a (via GitHub)\" <git@apache.org>";

    fn discussion(verb: &str, own: &str) -> String {
        format!(
            "GitHub user ann-a {verb} [VOTE] Release Demo 1.0\n\n{own}\n\n\
             GitHub link: https://github.com/apache/demo/discussions/1#discussioncomment-2\n\n----\n\
             This is an automatically sent email for dev@demo.apache.org.\n\
             To unsubscribe, please send an email to: dev-unsubscribe@demo.apache.org\n"
        )
    }

    #[test]
    fn comments_come_without_the_frame() {
        for (verb, deed) in DISCUSSIONS {
            let own = "+1 (binding)\n\nGitHub link: is what it looked like";
            let (login, found, link, text) = read(FROM, &discussion(verb, own)).expect("mirrored");
            assert_eq!((&login[..], found), ("ann-a", *deed), "{verb}");
            assert!(link.ends_with("/discussions/1#discussioncomment-2"), "{link}");
            assert_eq!(text, format!("{own}\n"));
        }
        let issue = "ann-a commented on issue #7:\nURL: https://github.com/apache/demo/issues/7#issuecomment-1\n\n\
                     -1 (binding)\n\n\n-- \nThis is an automated message from the Apache Git Service.\n\
                     To respond to the message, please log on to GitHub and use the\n";
        let unquoted = "ann-a (via GitHub) <git@apache.org>";
        let (_, deed, link, text) = read(unquoted, issue).expect("mirrored");
        assert_eq!((deed, &text[..]), (Deed::Commented, "-1 (binding)\n"));
        assert_eq!(link, "https://github.com/apache/demo/issues/7#issuecomment-1");
    }

    #[test]
    fn sender_and_text_have_to_agree() {
        let text = discussion("added a comment to the discussion:", "+1");
        assert!(read("\"bob (via GitHub)\" <git@apache.org>", &text).is_none());
        assert!(read("ann-a <git@apache.org>", &text).is_none());
        assert!(read(FROM, "+1\n").is_none());
        let longer = text.replace("GitHub user ann-a ", "GitHub user ann-a-b ");
        assert!(read(FROM, &longer).is_none());
    }
}
