//! Fetching over http and https.

use std::io::Read;
use std::time::Duration;

use reqwest::blocking::{Client, RequestBuilder};

/// Something that could not be fetched.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// No answer, or a broken one.
    #[error("cannot {verb} {url}: {reason}")]
    Transport {
        /// What was being done: `fetch`, `send to`.
        verb: &'static str,
        /// What was asked for.
        url: String,
        /// The innermost reason.
        reason: String,
    },
    /// An answer that is not the thing.
    #[error("cannot {verb} {url}: the server answered {status}")]
    Status {
        /// What was being done: `fetch`, `send to`.
        verb: &'static str,
        /// What was asked for.
        url: String,
        /// As in `404 Not Found`.
        status: String,
    },
    /// More than was reckoned with.
    #[error("{url} has more than {limit} bytes")]
    TooLarge {
        /// What was asked for.
        url: String,
        /// Bytes.
        limit: u64,
    },
}

/// Fetches what is at `url`, at most `limit` bytes.
///
/// # Errors
/// See [`HttpError`].
pub fn get(url: &str, limit: u64) -> Result<Vec<u8>, HttpError> {
    read("fetch", url, limit, |client| client.get(url))
}

fn read(
    verb: &'static str,
    url: &str,
    limit: u64,
    request: impl FnOnce(&Client) -> RequestBuilder,
) -> Result<Vec<u8>, HttpError> {
    let transport = |error: &dyn std::error::Error| HttpError::Transport {
        verb,
        url: url.to_owned(),
        reason: innermost(error),
    };
    let client = client().map_err(|error| transport(&error))?;
    let response = request(&client).send().map_err(|error| transport(&error))?;
    if !response.status().is_success() {
        return Err(HttpError::Status {
            verb,
            url: url.to_owned(),
            status: response.status().to_string(),
        });
    }
    let mut bytes = Vec::new();
    response.take(limit + 1).read_to_end(&mut bytes).map_err(|error| transport(&error))?;
    if bytes.len() as u64 > limit {
        return Err(HttpError::TooLarge { url: url.to_owned(), limit });
    }
    Ok(bytes)
}

/// The keyserver that is asked unless another is named.
pub const KEYSERVER: &str = "https://keys.openpgp.org";

/// How a keyserver is talked to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Protocol {
    /// The interface of keys.openpgp.org: <https://keys.openpgp.org/about/api>.
    Vks,
    /// HKP, over http or https: draft-gallagher-openpgp-hkp.
    Hkp,
}

/// A keyserver.
#[derive(Debug, Clone)]
pub struct Keyserver {
    base: String,
    protocol: Protocol,
}

impl Keyserver {
    /// Takes an address of scheme https, http, hkps or hkp. Without a protocol, keys.openpgp.org is
    /// talked to by its own interface and others by HKP.
    ///
    /// # Errors
    /// Another scheme; a sentence.
    pub fn new(address: &str, protocol: Option<Protocol>) -> Result<Self, String> {
        let address = address.trim_end_matches('/');
        let base = match address.split_once("://") {
            Some(("https" | "http", _)) => address.to_owned(),
            Some(("hkps", rest)) => format!("https://{rest}"),
            Some(("hkp", rest)) if rest.contains(':') => format!("http://{rest}"),
            Some(("hkp", rest)) => format!("http://{rest}:11371"),
            _ => {
                return Err(format!(
                    "`{address}` is not the address of a keyserver: expected https, hkps, http or hkp"
                ));
            }
        };
        let by_name = match base.contains("keys.openpgp.org") {
            true => Protocol::Vks,
            false => Protocol::Hkp,
        };
        Ok(Self { base, protocol: protocol.unwrap_or(by_name) })
    }

    /// Where the certificate of this fingerprint (40 or 64 hex digits) is looked up.
    pub fn lookup_address(&self, fingerprint: &str) -> String {
        match self.protocol {
            Protocol::Vks => format!("{}/vks/v1/by-fingerprint/{fingerprint}", self.base),
            Protocol::Hkp => {
                format!("{}/pks/lookup?op=get&options=mr&search=0x{fingerprint}", self.base)
            }
        }
    }

    /// Where certificates are sent to.
    pub fn upload_address(&self) -> String {
        match self.protocol {
            Protocol::Vks => format!("{}/vks/v1/upload", self.base),
            Protocol::Hkp => format!("{}/pks/add", self.base),
        }
    }

    /// Whether it shows a user id only after a mail to its address was answered.
    pub fn confirms_addresses(&self) -> bool {
        self.protocol == Protocol::Vks
    }

    /// Sends an armored certificate; returns what the server says of it, in a sentence.
    ///
    /// # Errors
    /// See [`HttpError`].
    pub fn upload(&self, armored: &str) -> Result<String, HttpError> {
        match self.protocol {
            Protocol::Hkp => {
                let form = format!("keytext={}", percent_encoded(armored));
                post(&self.upload_address(), "application/x-www-form-urlencoded", form)?;
                Ok("the keyserver took it".to_owned())
            }
            Protocol::Vks => {
                let body = serde_json::json!({ "keytext": armored }).to_string();
                let answer = post(&self.upload_address(), "application/json", body)?;
                self.confirm_addresses(&answer)
            }
        }
    }

    /// keys.openpgp.org shows a user id only after its address confirmed it: asks for those mails.
    fn confirm_addresses(&self, answer: &[u8]) -> Result<String, HttpError> {
        let answer: serde_json::Value = serde_json::from_slice(answer).unwrap_or_default();
        let states = answer["status"].as_object().into_iter().flatten();
        let waiting: Vec<&String> = states
            .filter(|(_, state)| *state == "unpublished")
            .map(|(address, _)| address)
            .collect();
        let Some(token) = answer["token"].as_str().filter(|_| !waiting.is_empty()) else {
            return Ok("the keyserver took it; all its addresses are confirmed".to_owned());
        };
        let body = serde_json::json!({ "token": token, "addresses": waiting }).to_string();
        post(&format!("{}/vks/v1/request-verify", self.base), "application/json", body)?;
        let addresses: Vec<&str> = waiting.iter().map(|address| &address[..]).collect();
        Ok(format!("the keyserver took it and mails a link to confirm to {}", addresses.join(", ")))
    }
}

fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len() * 2), |mut out, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                out.push(byte.into())
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
        out
    })
}

/// The most that is read of an answer to something sent.
const LARGEST_ANSWER: u64 = 1 << 20;

fn post(url: &str, content_type: &str, body: String) -> Result<Vec<u8>, HttpError> {
    read("send to", url, LARGEST_ANSWER, |client| {
        client.post(url).header("content-type", content_type).body(body)
    })
}

/// What all requests are made with.
pub(super) fn client() -> Result<Client, reqwest::Error> {
    // The provider may be installed already; either way there is one afterwards.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .user_agent(concat!("plusone/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(Duration::from_secs(15))
        .timeout(Duration::from_secs(120))
        .build()
}

pub(super) fn innermost(error: &dyn std::error::Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}
