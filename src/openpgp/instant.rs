//! The two ways to write an instant: Sequoia's and ours.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};

/// Turns an instant of a packet (32-bit seconds, perhaps plus a 32-bit period) into ours.
pub(super) fn utc(time: SystemTime) -> DateTime<Utc> {
    let seconds = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    utc_seconds(seconds)
}

/// Turns seconds since 1970 into an instant; what no calendar can hold becomes the last instant it can.
pub(super) fn utc_seconds(seconds: u64) -> DateTime<Utc> {
    i64::try_from(seconds)
        .ok()
        .and_then(|seconds| DateTime::from_timestamp(seconds, 0))
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// Turns our instant into Sequoia's; what lies before 1970 becomes 1970, as packets know nothing earlier.
pub(super) fn system(time: DateTime<Utc>) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(time.timestamp()).unwrap_or(0))
}
