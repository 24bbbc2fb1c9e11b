//! `plusone keys publish`: the certificate to a keyserver, shown first.

use clap::Args;

use super::super::Session;
use super::from_gpg;
use crate::backend::http;
use crate::error::{ExitStatus, Failure};
use crate::openpgp::entry::{Extent, armored};
use crate::plan::{Plan, Step};
use crate::report::plan::PlanReport;

/// Arguments of `plusone keys publish`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
keys.openpgp.org shows user ids only after a mail to each address was answered; its answer says \
where to ask for those mails. Other servers are spoken to by HKP.")]
pub(super) struct PublishArgs {
    /// Fingerprint, key id or address of a key that gpg has
    #[arg(value_name = "ID")]
    id: String,
    /// Keyserver
    #[arg(long, value_name = "URL", default_value = http::KEYSERVER)]
    keyserver: String,
    /// How to talk to it: vks (keys.openpgp.org) or hkp [default: by its name]
    #[arg(long, value_name = "PROTOCOL")]
    protocol: Option<http::Protocol>,
    /// Send it instead of showing what would be sent
    #[arg(short = 'x', long)]
    execute: bool,
}

pub(super) fn run(session: &Session, args: PublishArgs) -> Result<ExitStatus, Failure> {
    let (keyring, fingerprint) = from_gpg(&args.id)?;
    let text =
        armored(&keyring, &fingerprint, Extent::Minimal, session.now).map_err(Failure::outside)?;
    let server = http::Keyserver::new(&args.keyserver, args.protocol).map_err(Failure::usage)?;
    let mut plan = Plan::new(format!("Publish {fingerprint} on {}", args.keyserver));
    let mut details = vec![
        ("to".to_owned(), server.upload_address()),
        ("sends".to_owned(), format!("the public key, {} bytes", text.len())),
    ];
    if server.confirms_addresses() {
        details.push(("then".to_owned(), "asks for a mail to each unconfirmed address".to_owned()));
    }
    let mut step = Step::new("send the certificate to the keyserver", details, text.as_bytes());
    if args.execute {
        step.done(server.upload(&text).map_err(|error| {
            Failure::outside(error)
                .hint("nothing is lost: run the same command again, or name another --keyserver")
        })?);
    }
    plan.steps.push(step);
    session.ui.emit(&PlanReport::new(plan, args.execute))
}
