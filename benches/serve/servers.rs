//! The two servers as processes of this bench: started, looked at through `/proc`, and ended with it.

use std::fmt::Write as _;
use std::fs::File;
use std::path::Path;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

use crate::wire::Wire;

/// The kernel counts processor time for programs in hundredths of a second (`USER_HZ`), on every architecture.
const TICKS: f64 = 100.0;

/// A server and where it listens.
pub(crate) struct Server {
    child: Child,
    /// The process that answers.
    pid: u32,
    pub(crate) port: u16,
}

impl Server {
    /// Starts the daemon and waits until it serves and rests.
    pub(crate) fn offprint(program: &Path, config: &Path, port: u16, folder: &Path) -> Self {
        let log = File::create(folder.join("offprint.log")).unwrap();
        let mut command = Command::new(program);
        command.arg("--config").arg(config).arg("serve").stdin(Stdio::null());
        let child = command.stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap();
        let server = Self { pid: child.id(), child, port };
        server.wait("/readyz");
        server.rest();
        server
    }

    /// Starts nginx over a folder of files, as its manual tells for speed.
    pub(crate) fn nginx(files: &Path, port: u16, folder: &Path) -> Self {
        let home = folder.display();
        let mut config = format!(
            "daemon off;\nworker_processes 1;\nworker_rlimit_nofile 20000;\npid {home}/nginx.pid;\n\
             error_log {home}/nginx.log;\nevents {{ worker_connections 16384; }}\nhttp {{\n\
             access_log off; etag on; sendfile on; tcp_nopush on; tcp_nodelay on;\n\
             gzip_static on; gzip_vary on; keepalive_requests 1000000000; keepalive_timeout 75s;\n\
             open_file_cache max=20000 inactive=1h; open_file_cache_valid 1h;\n\
             types {{ application/atom+xml atom; }}\n"
        );
        for part in ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"] {
            writeln!(config, "{part}_temp_path {home}/nginx-{part};").unwrap();
        }
        writeln!(config, "server {{ listen 127.0.0.1:{port}; root {}; }} }}", files.display()).unwrap();
        let path = folder.join("nginx.conf");
        std::fs::write(&path, config).unwrap();
        let mut command = Command::new("nginx");
        command.arg("-p").arg(folder).arg("-c").arg(&path).stdin(Stdio::null());
        let child = command.spawn().unwrap();
        let mut server = Self { pid: child.id(), child, port };
        server.wait("/topics/t0.atom");
        let master = server.child.id();
        let workers = std::fs::read_to_string(format!("/proc/{master}/task/{master}/children")).unwrap();
        server.pid = workers.split_whitespace().next().unwrap().parse().unwrap();
        server
    }

    /// Waits until a path is answered with a 200.
    fn wait(&self, path: &str) {
        let begun = Instant::now();
        while !Wire::open(self.port).is_ok_and(|mut wire| wire.ask(path, &[]).status == 200) {
            assert!(begun.elapsed() < Duration::from_mins(5), "no server answers {path}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Waits until it does nothing: the search index is made beside the serving.
    pub(crate) fn rest(&self) {
        let mut quiet = 0;
        while quiet < 3 {
            let before = self.cpu();
            std::thread::sleep(Duration::from_millis(700));
            quiet = if self.cpu() - before < 0.03 { quiet + 1 } else { 0 };
        }
    }

    /// Seconds of processor time of all its threads so far, those that ended among them.
    pub(crate) fn cpu(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.pid)).unwrap();
        let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
        let ticks = |place: usize| fields[place].parse::<u64>().unwrap();
        (ticks(11) + ticks(12)) as f64 / TICKS
    }

    /// Its memory in MB.
    pub(crate) fn memory(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid)).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1_024.0
    }
}

impl Drop for Server {
    /// Asks it to end, so that nginx takes its worker with it, and waits.
    fn drop(&mut self) {
        let _asked = Command::new("kill").arg("-TERM").arg(self.child.id().to_string()).status();
        for _wait in 0..100 {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        let _killed = self.child.kill();
        let _ended = self.child.wait();
    }
}
