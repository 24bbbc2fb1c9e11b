//! What Sequoia accepts while it reads certificates for us.
//!
//! Sequoia's own policy drops what it finds too weak, with dates compiled in and its own clock. Here a certificate
//! that `gpg` lists is listed, and weakness is a property that rules judge later (POLICY K-08, K-09). Only what proves
//! nothing at all is dropped: MD5 self-signatures, which `gpg` drops too, and signatures with critical parts that
//! nobody here understands.

use sequoia_openpgp::Error;
use sequoia_openpgp::Packet;
use sequoia_openpgp::cert::amalgamation::key::ValidErasedKeyAmalgamation;
use sequoia_openpgp::packet::Signature;
use sequoia_openpgp::packet::key::PublicParts;
use sequoia_openpgp::packet::signature::subpacket::SubpacketTag;
use sequoia_openpgp::policy::{HashAlgoSecurity, Policy};
use sequoia_openpgp::types::HashAlgorithm;

/// Accepts whatever can be checked mathematically, MD5 and unknown critical subpackets excepted.
#[derive(Debug)]
pub(super) struct Lenient;

impl Policy for Lenient {
    fn signature(
        &self,
        signature: &Signature,
        _security: HashAlgoSecurity,
    ) -> sequoia_openpgp::Result<()> {
        if signature.hash_algo() == HashAlgorithm::MD5 {
            return refuse("MD5 signature");
        }
        if has_unknown_critical(signature) {
            return refuse("unknown critical subpacket");
        }
        Ok(())
    }

    fn key(&self, _key: &ValidErasedKeyAmalgamation<PublicParts>) -> sequoia_openpgp::Result<()> {
        Ok(())
    }

    fn packet(&self, _packet: &Packet) -> sequoia_openpgp::Result<()> {
        Ok(())
    }
}

/// Whether the signature must be refused because it says something critical that is not understood (RFC 9580, 5.2.3.7).
pub(super) fn has_unknown_critical(signature: &Signature) -> bool {
    signature.hashed_area().iter().any(|subpacket| {
        subpacket.critical()
            && matches!(
                subpacket.tag(),
                SubpacketTag::Reserved(_)
                    | SubpacketTag::Private(_)
                    | SubpacketTag::Unknown(_)
                    | SubpacketTag::NotationData
            )
    })
}

fn refuse(what: &str) -> sequoia_openpgp::Result<()> {
    Err(Error::PolicyViolation(what.to_owned(), None).into())
}
