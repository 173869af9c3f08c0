//! The sockets that readers connect to: those that systemd hands over, and those of the configuration.

use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::FileTypeExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use anyhow::Context as _;
use tokio::net::TcpListener;
use tokio::net::UnixListener;

use crate::config::ListenAddress;
use crate::http::serve::Listener;

/// Binds the addresses that no inherited socket listens on already, and gives all sockets.
pub async fn bind(addresses: &[ListenAddress], inherited: Vec<Listener>) -> anyhow::Result<Vec<Listener>> {
    let taken: Vec<ListenAddress> = inherited.iter().filter_map(address).collect();
    let mut listeners = inherited;
    for wanted in addresses.iter().filter(|wanted| !taken.contains(wanted)) {
        listeners.push(match wanted {
            ListenAddress::Tcp(address) => Listener::Tcp(tcp(*address).await?),
            ListenAddress::Unix(path) => Listener::Unix(unix(path)?),
        });
    }
    Ok(listeners)
}

/// The sockets that systemd opened for us (`LISTEN_FDS`), TCP or Unix.
pub fn inherited() -> anyhow::Result<Vec<Listener>> {
    let mut fds = listenfd::ListenFd::from_env();
    let mut listeners = Vec::new();
    for index in 0..fds.len() {
        if let Ok(Some(socket)) = fds.take_tcp_listener(index) {
            socket.set_nonblocking(true)?;
            listeners.push(Listener::Tcp(TcpListener::from_std(socket)?));
        } else if let Some(socket) = fds.take_unix_listener(index)? {
            socket.set_nonblocking(true)?;
            listeners.push(Listener::Unix(UnixListener::from_std(socket)?));
        }
    }
    Ok(listeners)
}

/// What a socket listens on, as a person would type it.
pub fn describe(listener: &Listener) -> String {
    match address(listener) {
        Some(ListenAddress::Tcp(address)) => format!("http://{address}/"),
        Some(ListenAddress::Unix(path)) => format!("unix:{}", path.display()),
        None => "a socket without a name".to_owned(),
    }
}

fn address(listener: &Listener) -> Option<ListenAddress> {
    match listener {
        Listener::Tcp(socket) => socket.local_addr().ok().map(ListenAddress::Tcp),
        Listener::Unix(socket) => {
            let address = socket.local_addr().ok()?;
            address.as_pathname().map(|path| ListenAddress::Unix(path.to_owned()))
        }
    }
}

async fn tcp(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!(
            "cannot listen on {address}: another program may use the port, or another offprint; change server.listen, \
             give --listen ADDRESS:PORT, or stop that program"
        )
    })
}

/// Binds a Unix socket that every user may connect to, since what it serves is public. A file that a killed daemon left
/// is replaced; a socket that someone answers on is not.
fn unix(path: &Path) -> anyhow::Result<UnixListener> {
    let refused = || format!("cannot listen on unix:{}", path.display());
    match std::fs::symlink_metadata(path) {
        Ok(found) if found.file_type().is_socket() => {
            if std::os::unix::net::UnixStream::connect(path).is_ok() {
                return Err(io::Error::from(io::ErrorKind::AddrInUse)).with_context(refused);
            }
            std::fs::remove_file(path).with_context(refused)?;
        }
        Ok(_found) => {
            return Err(io::Error::other("there is a file of that name, which is no socket"))
                .with_context(refused);
        }
        Err(_absent) => {}
    }
    let socket = UnixListener::bind(path).with_context(refused)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o666)).with_context(refused)?;
    Ok(socket)
}
