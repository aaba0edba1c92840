//! Latency and lag by the kernel's receive time.

use std::io::IoSliceMut;
use std::os::fd::{AsRawFd, OwnedFd};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Result;
use hdrhistogram::Histogram;
use nix::cmsg_space;
use nix::errno::Errno;
use nix::sys::socket::{ControlMessageOwned, MsgFlags, recvmsg};
use nix::sys::time::TimeSpec;
use serde_json::{Value, json};

use crate::scan;

/// Ten minutes: whatever is later than that is recorded as that.
const LONGEST_US: u64 = 600_000_000;

/// Histograms of the measured phase, in microseconds.
pub(crate) struct Stamps {
    latency: Histogram<u64>,
    lag: Histogram<u64>,
    merged_reads: u64,
    unstamped_reads: u64,
    control: Vec<u8>,
}

impl Stamps {
    pub(crate) fn new() -> Result<Self> {
        Ok(Self {
            latency: Histogram::new_with_bounds(1, LONGEST_US, 3)?,
            lag: Histogram::new_with_bounds(1, LONGEST_US, 3)?,
            merged_reads: 0,
            unstamped_reads: 0,
            control: cmsg_space!(TimeSpec),
        })
    }

    /// One read, and the kernel's time of the last segment in it, since the Unix epoch.
    pub(crate) fn receive(
        &mut self,
        fd: &OwnedFd,
        buffer: &mut [u8],
    ) -> Result<(usize, Option<Duration>), Errno> {
        let mut slices = [IoSliceMut::new(buffer)];
        let control = Some(&mut self.control[..]);
        let message = recvmsg::<()>(fd.as_raw_fd(), &mut slices, control, MsgFlags::MSG_DONTWAIT)?;
        let time = message.cmsgs()?.find_map(|control| match control {
            ControlMessageOwned::ScmTimestampns(time) => Some(Duration::from(time)),
            _ => None,
        });
        Ok((message.bytes, time))
    }

    /// Counts the lag of one read and the latency of the events in it.
    pub(crate) fn record(&mut self, bytes: &[u8], received: Option<Duration>) {
        let Some(received) = received else {
            self.unstamped_reads += 1;
            return;
        };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        self.lag.saturating_record(micros(now.saturating_sub(received)));
        let mut events = 0_u64;
        for sent in scan::sent_times(bytes) {
            self.latency.saturating_record(micros(received).saturating_sub(sent));
            events += 1;
        }
        self.merged_reads += u64::from(events > 1);
    }

    pub(crate) fn clear(&mut self) {
        self.latency.reset();
        self.lag.reset();
        (self.merged_reads, self.unstamped_reads) = (0, 0);
    }

    pub(crate) fn summary(&self) -> Value {
        json!({
            "stamped": self.latency.len(), "merged_reads": self.merged_reads, "unstamped_reads": self.unstamped_reads,
            "p50_us": self.latency.value_at_quantile(0.5), "p99_us": self.latency.value_at_quantile(0.99),
            "max_us": self.latency.max(),
            "lag_p50_us": self.lag.value_at_quantile(0.5), "lag_p99_us": self.lag.value_at_quantile(0.99),
        })
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
