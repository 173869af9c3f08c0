//! What systemd is told: ready, reloading, stopping, and that the store still answers.

use std::time::Duration;

use sd_notify::NotifyState;

/// Says that the daemon serves, with a status line for `systemctl status`.
pub fn ready(status: &str) {
    tell(&[NotifyState::Ready, NotifyState::Status(status)]);
}

/// Says that the configuration is being read again (`RELOADING=1` with `MONOTONIC_USEC`, as `notify-reload` wants).
pub fn reloading() {
    match NotifyState::monotonic_usec_now() {
        Ok(now) => tell(&[NotifyState::Reloading, now]),
        Err(error) => tracing::debug!(%error, "systemd: the monotonic clock"),
    }
}

/// Says that the reload is over; the status line stays as it is.
pub fn reloaded() {
    tell(&[NotifyState::Ready]);
}

/// Says that the daemon is stopping.
pub fn stopping() {
    tell(&[NotifyState::Stopping]);
}

/// Says that the daemon is alive. Called only after the store has answered.
pub fn alive() {
    tell(&[NotifyState::Watchdog]);
}

/// How often systemd wants to hear that the daemon is alive, halved; `None` when it does not ask.
pub fn watchdog_interval() -> Option<Duration> {
    sd_notify::watchdog_enabled().map(|limit| limit / 2)
}

fn tell(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::debug!(%error, "systemd: not told");
    }
}
