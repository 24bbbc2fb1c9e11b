//! Fetching over http and https.

use std::io::Read;
use std::time::Duration;

use reqwest::blocking::Client;

/// Something that could not be fetched.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// No answer, or a broken one.
    #[error("cannot fetch {url}: {reason}")]
    Transport {
        /// What was asked for.
        url: String,
        /// The innermost reason.
        reason: String,
    },
    /// An answer that is not the thing.
    #[error("cannot fetch {url}: the server answered {status}")]
    Status {
        /// What was asked for.
        url: String,
        /// As in `404 Not Found`.
        status: String,
    },
    /// More than was reckoned with.
    #[error("cannot fetch {url}: it has more than {limit} bytes")]
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
    let transport = |error: &dyn std::error::Error| HttpError::Transport {
        url: url.to_owned(),
        reason: innermost(error),
    };
    let client = client().map_err(|error| transport(&error))?;
    let response = client.get(url).send().map_err(|error| transport(&error))?;
    if !response.status().is_success() {
        return Err(HttpError::Status {
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

fn client() -> Result<Client, reqwest::Error> {
    // The provider may be installed already; either way there is one afterwards.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .user_agent(concat!("plusone/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(Duration::from_secs(15))
        .timeout(Duration::from_secs(120))
        .build()
}

fn innermost(error: &dyn std::error::Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}
