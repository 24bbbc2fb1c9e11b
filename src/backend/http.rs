//! Fetching over http and https.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use reqwest::Url;
use reqwest::blocking::{Client, RequestBuilder, Response};
use reqwest::header::{CONTENT_RANGE, ETAG, HeaderValue, IF_RANGE, LAST_MODIFIED, RANGE};
use reqwest::redirect::{Attempt, Policy};

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
    /// A download that broke off for good.
    #[error(
        "cannot fetch {url}: the connection broke after {position} bytes, and the server does not \
         go on from there"
    )]
    Broken {
        /// What was asked for.
        url: String,
        /// How many bytes came.
        position: u64,
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
    let client = client().map_err(|error| transport(verb, url, &error))?;
    answer(verb, url, limit, request(&client)).map_err(|failed| failed.error)
}

/// Asks whether there is something at `url`, without fetching it.
///
/// # Errors
/// There is nothing, or no answer; see [`HttpError`].
pub fn ask(url: &str) -> Result<(), HttpError> {
    let client = client().map_err(|error| transport("ask for", url, &error))?;
    let patience = Duration::from_secs(30);
    let send = |request: RequestBuilder| {
        request.timeout(patience).send().map_err(|error| transport("ask for", url, &error))
    };
    let mut response = send(client.head(url))?;
    // Some servers have files and do not answer to HEAD.
    if matches!(response.status().as_u16(), 405 | 501) {
        response = send(client.get(url))?;
    }
    match response.status() {
        status if status.is_success() => Ok(()),
        status => Err(HttpError::Status {
            verb: "ask for",
            url: url.to_owned(),
            status: status.to_string(),
        }),
    }
}

/// How a server that is busy or slow is met.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// How often is asked, the first time included.
    pub attempts: u32,
    /// The pause after the first failure; each further one is twice as long.
    pub pause: Duration,
    /// How long an answer may take.
    pub timeout: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { attempts: 4, pause: Duration::from_secs(1), timeout: Duration::from_secs(60) }
    }
}

/// The longest pause, whatever a server asks for.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Fetches one thing after another over the same connections, and asks again where that may help:
/// after 429, 5xx, time-outs and broken answers.
#[derive(Debug, Clone)]
pub struct Fetcher {
    client: Client,
    patience: Patience,
}

impl Fetcher {
    /// A fetcher; `patience` says how often and how long is waited.
    ///
    /// # Errors
    /// The TLS library cannot be set up.
    pub fn new(patience: Patience) -> Result<Self, HttpError> {
        let client =
            client().map_err(|error| transport("set up fetching from", "the web", &error))?;
        Ok(Self { client, patience })
    }

    /// Fetches what is at `url`, at most `limit` bytes.
    ///
    /// # Errors
    /// The last failure; see [`HttpError`].
    pub fn get(&self, url: &str, limit: u64) -> Result<Vec<u8>, HttpError> {
        let mut pause = self.patience.pause;
        for _ in 1..self.patience.attempts {
            match self.get_once(url, limit) {
                Err(Failed { retry: Retry::After(asked), .. }) => {
                    std::thread::sleep(asked.unwrap_or(pause).min(LONGEST_PAUSE));
                    pause *= 2;
                }
                Err(failed) => return Err(failed.error),
                Ok(bytes) => return Ok(bytes),
            }
        }
        self.get_once(url, limit).map_err(|failed| failed.error)
    }

    fn get_once(&self, url: &str, limit: u64) -> Result<Vec<u8>, Failed> {
        let request = self.client.get(url).timeout(self.patience.timeout);
        answer("fetch", url, limit, request)
    }
}

/// A failure, and whether asking again may help.
struct Failed {
    error: HttpError,
    retry: Retry,
}

enum Retry {
    Never,
    /// After so long, if the server said so.
    After(Option<Duration>),
}

fn answer(
    verb: &'static str,
    url: &str,
    limit: u64,
    request: RequestBuilder,
) -> Result<Vec<u8>, Failed> {
    let broken = |error: &dyn std::error::Error| Failed {
        error: transport(verb, url, error),
        retry: Retry::After(None),
    };
    let response = request.send().map_err(|error| broken(&error))?;
    let status = response.status();
    if !status.is_success() {
        let seconds = response.headers().get("retry-after").and_then(|value| value.to_str().ok());
        let asked = seconds.and_then(|seconds| seconds.parse().ok()).map(Duration::from_secs);
        let busy = status.is_server_error() || matches!(status.as_u16(), 408 | 429);
        let retry = if busy { Retry::After(asked) } else { Retry::Never };
        let status = status.to_string();
        return Err(Failed {
            error: HttpError::Status { verb, url: url.to_owned(), status },
            retry,
        });
    }
    let mut bytes = Vec::new();
    let mut response = Patient::new(response, LONGEST_ANSWER);
    let read = (&mut response).take(limit + 1).read_to_end(&mut bytes);
    read.map_err(|error| match error.kind() {
        // It would be as slow again.
        io::ErrorKind::TimedOut if response.is_out_of_patience() => {
            Failed { retry: Retry::Never, ..broken(&error) }
        }
        _ => broken(&error),
    })?;
    if bytes.len() as u64 > limit {
        let error = HttpError::TooLarge { url: url.to_owned(), limit };
        return Err(Failed { error, retry: Retry::Never });
    }
    Ok(bytes)
}

fn transport(verb: &'static str, url: &str, error: &dyn std::error::Error) -> HttpError {
    HttpError::Transport { verb, url: url.to_owned(), reason: innermost(error) }
}

/// A file that is read as it comes. When the connection breaks, it is taken up where it stopped, if
/// the server can do that.
pub struct Download {
    url: String,
    position: u64,
    length: Option<u64>,
    /// What tells this version of the file from a later one, if the server says.
    version: Option<HeaderValue>,
    response: Option<Response>,
    failures: u32,
    /// When it began, and at which byte.
    since: (Instant, u64),
}

/// How often a download is taken up again without any byte having come in between.
const MOST_FAILURES: u32 = 3;

impl Download {
    /// Starts to read what is at `url` from the byte `from` on; from the first if the server cannot
    /// start elsewhere.
    ///
    /// # Errors
    /// See [`HttpError`].
    pub fn start(url: String, from: u64) -> Result<Self, HttpError> {
        let mut download = Self {
            url,
            position: from,
            length: None,
            version: None,
            response: None,
            failures: 0,
            since: (Instant::now(), from),
        };
        download.connect()?;
        download.since.1 = download.position;
        Ok(download)
    }

    /// The byte that comes next.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Bytes in all, where the server tells.
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    fn connect(&mut self) -> Result<(), HttpError> {
        let transport = |error: &dyn std::error::Error| transport("fetch", &self.url, error);
        let client = client().map_err(|error| transport(&error))?;
        let mut request = client.get(&self.url);
        if self.position > 0 {
            request = request.header(RANGE, format!("bytes={}-", self.position));
            if let Some(version) = &self.version {
                request = request.header(IF_RANGE, version);
            }
        }
        let response = request.send().map_err(|error| transport(&error))?;
        let status = response.status();
        let range = response.headers().get(CONTENT_RANGE).and_then(|value| value.to_str().ok());
        match status.as_u16() {
            206 if range.and_then(first_byte) == Some(self.position) => {}
            // All of it was there already.
            416 if range.and_then(whole_length) == Some(self.position) => {
                self.length = Some(self.position);
                self.response = None;
                return Ok(());
            }
            // What is there is no beginning of it.
            416 if self.position > 0 && self.failures == 0 => {
                self.position = 0;
                return self.connect();
            }
            200 if self.failures == 0 || self.position == 0 => self.position = 0,
            // It begins again, although we have a part of it.
            200 | 206 => {
                return Err(HttpError::Broken { url: self.url.clone(), position: self.position });
            }
            _ => {
                return Err(HttpError::Status {
                    verb: "fetch",
                    url: self.url.clone(),
                    status: status.to_string(),
                });
            }
        }
        let headers = response.headers();
        let strong = headers.get(ETAG).filter(|tag| !tag.as_bytes().starts_with(b"W/"));
        self.version = strong.or_else(|| headers.get(LAST_MODIFIED)).cloned();
        self.length = response.content_length().map(|rest| rest.saturating_add(self.position));
        self.response = Some(response);
        Ok(())
    }
}

/// The first byte of `bytes 100-199/200`.
fn first_byte(range: &str) -> Option<u64> {
    range.strip_prefix("bytes ")?.split('-').next()?.parse().ok()
}

/// The length at the end of `bytes */200`.
fn whole_length(range: &str) -> Option<u64> {
    range.rsplit('/').next()?.parse().ok()
}

impl Read for Download {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        loop {
            let (since, from) = self.since;
            let received = self.position.saturating_sub(from);
            let allowed = SILENCE + Duration::from_secs(received / SLOWEST);
            if since.elapsed() > allowed.min(LONGEST_DOWNLOAD) {
                let seconds = since.elapsed().as_secs();
                return Err(io::Error::new(
                    io::ErrorKind::TimedOut,
                    format!("only {received} bytes of {} came in {seconds} s", self.url),
                ));
            }
            let Some(response) = &mut self.response else { return Ok(0) };
            let outcome = response.read(buffer);
            let ended = self.length.is_none_or(|length| self.position >= length);
            match outcome {
                Ok(0) if ended || buffer.is_empty() => return Ok(0),
                Ok(count) if count > 0 => {
                    self.position += count as u64;
                    self.failures = 0;
                    return Ok(count);
                }
                // Broken off: at once, or with an end that came too early.
                _ if self.failures < MOST_FAILURES => {
                    self.failures += 1;
                    std::thread::sleep(Duration::from_millis(200 << self.failures));
                    match self.connect() {
                        // The server may be back a little later.
                        Err(HttpError::Transport { .. }) if self.failures < MOST_FAILURES => {}
                        outcome => outcome.map_err(std::io::Error::other)?,
                    }
                }
                Ok(_) => {
                    return Err(std::io::Error::other(format!(
                        "{} broke off after {} bytes",
                        self.url, self.position
                    )));
                }
                Err(error) => return Err(error),
            }
        }
    }
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

/// The text as it may stand in a query.
pub(super) fn percent_encoded(text: &str) -> String {
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

/// Silence of this length ends a request, and nothing that is slower than [`SLOWEST`] takes longer.
pub(super) const SILENCE: Duration = Duration::from_secs(60);

/// Bytes a second that an answer has at least, on average after the first minute.
const SLOWEST: u64 = 10_000;

/// How long an answer that is read at once may take, and a download.
pub(super) const LONGEST_ANSWER: Duration = Duration::from_secs(30 * 60);
pub(super) const LONGEST_DOWNLOAD: Duration = Duration::from_secs(6 * 60 * 60);

/// Reads for as long as bytes come at a bearable pace, and not for ever.
pub(super) struct Patient<R> {
    from: R,
    since: Instant,
    received: u64,
    longest: Duration,
}

impl<R> Patient<R> {
    pub(super) fn new(from: R, longest: Duration) -> Self {
        Self { from, since: Instant::now(), received: 0, longest }
    }

    fn allowed(&self) -> Duration {
        (SILENCE + Duration::from_secs(self.received / SLOWEST)).min(self.longest)
    }

    /// Notes bytes that came another way.
    pub(super) fn count(&mut self, bytes: u64) {
        self.received += bytes;
    }

    /// How long it may still be silent.
    pub(super) fn left(&self) -> Duration {
        self.allowed().saturating_sub(self.since.elapsed()).min(SILENCE)
    }

    fn is_out_of_patience(&self) -> bool {
        self.since.elapsed() > self.allowed()
    }
}

impl<R: Read> Read for Patient<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.is_out_of_patience() {
            let seconds = self.since.elapsed().as_secs();
            let text = format!("only {} bytes came in {seconds} s", self.received);
            return Err(io::Error::new(io::ErrorKind::TimedOut, text));
        }
        let count = self.from.read(buffer)?;
        self.received += count as u64;
        Ok(count)
    }
}

/// Where requests were led to elsewhere: the address that was asked for, and the one that answered.
static REDIRECTS: Mutex<BTreeMap<String, String>> = Mutex::new(BTreeMap::new());

/// The redirects to other hosts, and to http, that were not told yet; a sentence each.
pub fn redirects() -> Vec<String> {
    static TOLD: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let redirects = REDIRECTS.lock().unwrap_or_else(PoisonError::into_inner);
    let mut told = TOLD.lock().unwrap_or_else(PoisonError::into_inner);
    let elsewhere = |(from, to): (&String, &String)| {
        let (from, to) = (Url::parse(from).ok()?, Url::parse(to).ok()?);
        let plain = from.scheme() == "https" && to.scheme() == "http";
        let what = match (from.host_str() == to.host_str(), plain) {
            (true, false) => return None,
            (_, true) => "over http, which anybody on the way can change",
            (false, false) => "another host",
        };
        Some(format!("{from} led to {to}: {what}."))
    };
    let sentences = redirects.iter().filter_map(elsewhere);
    sentences.filter(|sentence| told.insert(sentence.clone())).collect()
}

/// The address that answered in the place of `url`, if it was another.
pub fn final_address(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?.to_string();
    REDIRECTS.lock().unwrap_or_else(PoisonError::into_inner).get(&url).cloned()
}

fn follow(attempt: Attempt<'_>) -> reqwest::redirect::Action {
    const MOST: usize = 10;
    if attempt.previous().len() > MOST {
        return attempt.error("it leads from one address to the next, without end");
    }
    if let Some(first) = attempt.previous().first() {
        let mut redirects = REDIRECTS.lock().unwrap_or_else(PoisonError::into_inner);
        redirects.insert(first.to_string(), attempt.url().to_string());
    }
    attempt.follow()
}

/// What all requests are made with.
pub(super) fn client() -> Result<Client, reqwest::Error> {
    client_for("https:")
}

/// What requests to one address are made with: to read all certificates of the system takes longer
/// than a request to a server nearby, and without TLS none is needed.
pub(super) fn client_for(address: &str) -> Result<Client, reqwest::Error> {
    // The provider may be installed already; either way there is one afterwards.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = Client::builder()
        .user_agent(concat!("plusone/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(Duration::from_secs(15))
        .redirect(Policy::custom(follow))
        .timeout(SILENCE);
    if address.starts_with("http:") {
        builder = builder.tls_certs_only([]);
    }
    builder.build()
}

pub(super) fn innermost(error: &dyn std::error::Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patience_ends() {
        let mut endless = Patient::new(io::repeat(0), Duration::ZERO);
        std::thread::sleep(Duration::from_millis(2));
        let error = endless.read(&mut [0; 8]).expect_err("the time is over");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert_eq!(endless.left(), Duration::ZERO);
        // Who sends is waited for: a minute, and as long as the bytes take at the slowest pace.
        let mut patient = Patient::new(io::repeat(0), LONGEST_DOWNLOAD);
        assert_eq!(patient.read(&mut [0; 8]).expect("bytes"), 8);
        assert_eq!(patient.allowed(), SILENCE);
        patient.count(100 * SLOWEST);
        assert_eq!(patient.allowed(), SILENCE + Duration::from_secs(100));
        assert!(patient.left() <= SILENCE);
    }
}
