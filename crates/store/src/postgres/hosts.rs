//! The hosts of a URL, tried one after the other, each for a bounded while: one that takes connections
//! and says nothing must not keep anybody from the others.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio_postgres::Config;
use tokio_postgres::config::Host;

/// Each host with all that it is told, and which was the last that took a connection.
#[derive(Clone, Debug, Default)]
pub(super) struct Hosts {
    each: Vec<Config>,
    last: Arc<AtomicUsize>,
}

impl Hosts {
    /// The hosts of a configuration.
    pub(super) fn of(config: &Config) -> Self {
        let each = (0..config.get_hosts().len()).map(|number| alone(config, number)).collect();
        Self { each, last: Arc::default() }
    }

    /// All of them, with their numbers: first the one that took the last connection.
    pub(super) fn in_turn(&self) -> impl Iterator<Item = (usize, &Config)> {
        let first = self.last.load(Ordering::Relaxed);
        let count = self.each.len();
        self.each.iter().enumerate().cycle().skip(first).take(count)
    }

    /// Notes that a host took a connection.
    pub(super) fn took(&self, number: usize) {
        self.last.store(number, Ordering::Relaxed);
    }
}

/// What is told to one host.
fn alone(config: &Config, number: usize) -> Config {
    let mut one = Config::new();
    match config.get_hosts().get(number) {
        Some(Host::Tcp(host)) => one.host(host),
        #[cfg(unix)]
        Some(Host::Unix(path)) => one.host_path(path),
        None => &mut one,
    };
    if let Some(address) = config.get_hostaddrs().get(number) {
        one.hostaddr(*address);
    }
    // One port may stand for all hosts.
    let ports = config.get_ports();
    if let Some(port) = ports.get(number).or_else(|| ports.first()) {
        one.port(*port);
    }
    if let Some(user) = config.get_user() {
        one.user(user);
    }
    if let Some(password) = config.get_password() {
        one.password(password);
    }
    if let Some(database) = config.get_dbname() {
        one.dbname(database);
    }
    if let Some(options) = config.get_options() {
        one.options(options);
    }
    if let Some(name) = config.get_application_name() {
        one.application_name(name);
    }
    if let Some(within) = config.get_connect_timeout() {
        one.connect_timeout(*within);
    }
    if let Some(silent) = config.get_tcp_user_timeout() {
        one.tcp_user_timeout(*silent);
    }
    if let Some(interval) = config.get_keepalives_interval() {
        one.keepalives_interval(interval);
    }
    if let Some(retries) = config.get_keepalives_retries() {
        one.keepalives_retries(retries);
    }
    one.keepalives(config.get_keepalives())
        .keepalives_idle(config.get_keepalives_idle())
        .ssl_mode(config.get_ssl_mode())
        .ssl_negotiation(config.get_ssl_negotiation())
        .channel_binding(config.get_channel_binding())
        .target_session_attrs(config.get_target_session_attrs());
    one
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_host_has_its_port_and_what_all_are_told() {
        let text = "postgres://u:p@a:1,b:2/shop?connect_timeout=7&application_name=x";
        let config: Config = text.parse().unwrap();
        let hosts = Hosts::of(&config);
        let seen = |hosts: &Hosts| -> Vec<(usize, Vec<u16>)> {
            hosts.in_turn().map(|(number, one)| (number, one.get_ports().to_vec())).collect()
        };
        assert_eq!(seen(&hosts), [(0, vec![1]), (1, vec![2])]);
        hosts.took(1);
        assert_eq!(seen(&hosts), [(1, vec![2]), (0, vec![1])], "the last one comes first");
        for (_, one) in hosts.in_turn() {
            assert_eq!(one.get_user(), config.get_user());
            assert_eq!(one.get_password(), config.get_password());
            assert_eq!(one.get_dbname(), Some("shop"));
            assert_eq!(one.get_connect_timeout(), config.get_connect_timeout());
            assert_eq!(one.get_application_name(), Some("x"));
            assert_eq!(one.get_hosts().len(), 1);
        }
    }
}
