//! The daemon as a service manager sees it: what it is told, the sockets it hands over, the signals it sends.

use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

use crate::program;
use crate::program::Daemon;

/// What was said to a service manager so far.
struct Manager {
    socket: UnixDatagram,
    heard: Vec<String>,
}

impl Manager {
    fn listen(path: &Path) -> Self {
        let socket = UnixDatagram::bind(path).unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
        Self { socket, heard: Vec::new() }
    }

    /// Waits for a message that holds `words`; one that was heard before counts only once.
    fn await_message(&mut self, words: &str) -> String {
        let begun = Instant::now();
        loop {
            if let Some(at) = self.heard.iter().position(|message| message.contains(words)) {
                return self.heard.remove(at);
            }
            assert!(begun.elapsed() < Duration::from_mins(1), "never heard {words}: {:?}", self.heard);
            let mut buffer = [0; 4_096];
            if let Ok(length) = self.socket.recv(&mut buffer) {
                self.heard.push(String::from_utf8_lossy(&buffer[..length]).into_owned());
            }
        }
    }
}

fn configuration(home: &Path, listen: &str) -> String {
    let file = home.join("offprint.toml");
    let text = format!(
        "contact = \"mailto:ops@example.org\"\n[server]\nlisten = [{listen}]\n[store]\npath = \"{}\"\n\
         [[topic]]\nid = \"gardens\"\ntitle = \"Gardens\"\nquery = \"garden*\"\n",
        home.join("store").display()
    );
    std::fs::write(&file, text).unwrap();
    file.to_str().unwrap().to_owned()
}

#[test]
fn a_service_manager_is_told_ready_alive_reloading_and_stopping() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("notify.sock");
    let mut manager = Manager::listen(&path);
    let file = configuration(home.path(), "\"127.0.0.1:0\"");
    let mut command = program::command(home.path(), &["--config", &file, "serve"]);
    command.env("NOTIFY_SOCKET", &path).env("WATCHDOG_USEC", "400000");
    let (mut daemon, _address) = Daemon::spawn(command);
    let ready = manager.await_message("READY=1");
    assert!(ready.contains("STATUS=serving on http://127.0.0.1:"), "{ready}");
    for _time in 0..3 {
        manager.await_message("WATCHDOG=1");
    }
    daemon.signal("HUP");
    let reloading = manager.await_message("RELOADING=1");
    assert!(reloading.contains("MONOTONIC_USEC="), "{reloading}");
    manager.await_message("READY=1");
    daemon.signal("TERM");
    manager.await_message("STOPPING=1");
    assert_eq!(daemon.wait(), Some(0));
}

#[test]
fn a_socket_that_was_handed_over_is_served_beside_the_configured_ones() {
    if Command::new("systemd-socket-activate").arg("--version").output().is_err() {
        assert!(std::env::var_os("CI").is_none(), "systemd-socket-activate must be installed in CI");
        eprintln!("SKIPPED socket activation: systemd-socket-activate is not installed");
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let socket = home.path().join("handed.sock");
    let file = configuration(home.path(), "\"127.0.0.1:0\"");
    let mut command = Command::new("systemd-socket-activate");
    command.arg("-l").arg(&socket).arg(program::PROGRAM).args(["--config", &file, "serve"]);
    command.env_clear().env("HOME", home.path()).env("PATH", std::env::var_os("PATH").unwrap());
    command.current_dir(home.path()).stdin(Stdio::null());
    // The manager starts the program at the first connection, which waits meanwhile.
    let asked = std::thread::spawn({
        let socket = socket.clone();
        move || {
            let begun = Instant::now();
            loop {
                let got = Command::new("curl")
                    .args([
                        "-sS",
                        "--max-time",
                        "30",
                        "--unix-socket",
                        socket.to_str().unwrap(),
                        "http://x/healthz",
                    ])
                    .output()
                    .unwrap();
                if got.status.success() {
                    return String::from_utf8(got.stdout).unwrap();
                }
                assert!(begun.elapsed() < Duration::from_mins(1), "{}", String::from_utf8_lossy(&got.stderr));
                std::thread::sleep(Duration::from_millis(50));
            }
        }
    });
    let (mut daemon, address) = Daemon::spawn(command);
    assert_eq!(asked.join().unwrap(), "ok\n");
    assert_eq!(program::get(&format!("{address}/healthz"), &[]).text(), "ok\n");
    assert!(daemon.log().iter().any(|line| line.contains("handed.sock")), "{:?}", daemon.log());
    daemon.signal("TERM");
    assert_eq!(daemon.wait(), Some(0));
}

#[test]
fn a_unix_socket_is_served_and_a_dead_one_replaced() {
    let home = tempfile::tempdir().unwrap();
    let socket = home.path().join("http.sock");
    let listen = format!("\"127.0.0.1:0\", \"unix:{}\"", socket.display());
    let file = configuration(home.path(), &listen);
    let ask = || {
        let got = Command::new("curl")
            .args(["-sS", "--unix-socket", socket.to_str().unwrap(), "http://x/topics/gardens.atom"])
            .output()
            .unwrap();
        String::from_utf8(got.stdout).unwrap()
    };
    for _time in 0..2 {
        let (mut daemon, _address) = Daemon::start(home.path(), &["--config", &file, "serve"]);
        daemon.await_line("serving on unix:");
        assert!(ask().contains("<feed "), "{}", ask());
        // Killed, so that its socket stays behind.
        daemon.signal("KILL");
        daemon.wait();
    }
}

#[test]
fn a_configuration_named_by_a_relative_path_is_watched() {
    let home = tempfile::tempdir().unwrap();
    configuration(home.path(), "\"127.0.0.1:0\"");
    let (mut daemon, address) = Daemon::start(home.path(), &["--config", "offprint.toml", "serve"]);
    let file = home.path().join("offprint.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("garden*", "flag*")).unwrap();
    daemon.await_line("topic gardens: +0");
    assert_eq!(program::get(&format!("{address}/topics/gardens"), &[]).status, 200);
}
