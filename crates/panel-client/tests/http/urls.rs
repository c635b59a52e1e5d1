//! URLs that operators write, and those that lead where they should not.

use panel_client::{BadUrl, Endpoint, Policy};

use crate::NEAR;

fn parse(url: &str) -> Result<Endpoint, BadUrl> {
    Endpoint::parse(url, &Policy::default())
}

#[test]
fn urls_of_upstreams() {
    for url in [
        "https://panel.example/api/v2",
        "https://panel.example/api/v2/",
        "http://panel.example",
        "https://panel.example:443/api",
        "http://panel.example:80/api",
        "http://panel.example:443/api",
        "HTTPS://Panel.Example/API.php",
        "https://api.sub-domain.panel.example/",
        "https://xn--bcher-kva.example/api",
        "https://under_score.example/api",
        "https://1panel.example/api",
        "https://0x.example/api",
        "https://8.8.8.8/api",
        "https://[2606:4700::1111]/api",
        "https://[2606:4700::1111]:443/api",
        "https://panel.example/index.php?route=api/v2",
        "https://panel.example/api?",
        "https://panel.example?route=api",
        "https://panel.example/a:b@c/d",
        "https://panel.example/..;/%2e%2e/~!$&'()*+,;=",
    ] {
        let endpoint = parse(url).unwrap_or_else(|error| panic!("{url}: {error}"));
        assert_eq!(endpoint.as_str(), url, "as it was written");
        assert_eq!(endpoint.to_string(), url);
        assert_eq!(endpoint.is_https(), url.to_lowercase().starts_with("https"));
    }
}

#[test]
fn urls_that_are_none() {
    use BadUrl as B;
    let long = format!("https://panel.example/{}", "a".repeat(2_000));
    let label = format!("https://{}.example/", "a".repeat(64));
    let name = format!("https://{}example/", "a.".repeat(124));
    for (url, why) in [
        ("", B::Scheme),
        ("panel.example", B::Scheme),
        ("//panel.example/", B::Scheme),
        ("/api/v2", B::Scheme),
        ("https:panel.example", B::Scheme),
        ("https:/panel.example", B::Scheme),
        ("ftp://panel.example/", B::Scheme),
        ("file:///etc/passwd", B::Scheme),
        ("gopher://panel.example/", B::Scheme),
        ("javascript://panel.example/", B::Scheme),
        ("http+unix://panel.example/", B::Scheme),
        (" https://panel.example/", B::Signs),
        ("https://panel.example/ ", B::Signs),
        ("https://panel.example/a b", B::Signs),
        ("https://panel.example/\r\nX: y", B::Signs),
        ("https://panel.example/\0", B::Signs),
        ("https://panel.example\\@10.0.0.1/", B::Signs),
        ("https:\\\\panel.example/", B::Signs),
        ("https://bücher.example/", B::Signs),
        ("https://panel。example/", B::Signs),
        ("https://１２７.0.0.1/", B::Signs),
        ("https://panel.example/<x>", B::Signs),
        ("https://panel.example/{x}", B::Signs),
        ("https://user@panel.example/", B::UserInfo),
        ("https://user:pass@panel.example/", B::UserInfo),
        ("https://panel.example@10.0.0.1/", B::UserInfo),
        ("https://@panel.example/", B::UserInfo),
        ("https://panel.example/#top", B::Fragment),
        ("https://panel.example#@10.0.0.1/", B::Fragment),
        ("https:///api", B::Host),
        ("https://", B::Host),
        ("https://:443/", B::Host),
        ("https://.example/", B::Host),
        ("https://panel..example/", B::Host),
        ("https://panel.example./", B::Host),
        ("https://-panel.example/", B::Host),
        ("https://panel-.example/", B::Host),
        ("https://pan%65l.example/", B::Host),
        ("https://127%2e0.0.1/", B::OddAddress),
        ("https://panel,example/", B::Host),
        ("https://*.example/", B::Host),
        ("https://2606:4700::1111/", B::Host),
        ("https://::1/", B::Host),
        ("https://[::1/", B::Host),
        ("https://[::1]x/", B::Host),
        ("https://[panel.example]/", B::Host),
        ("https://[127.0.0.1]/", B::Host),
        ("https://[fe80::1%25eth0]/", B::Host),
        ("https://[fe80::1%eth0]/", B::Host),
        ("https://panel.example:/", B::Port),
        ("https://panel.example:0/", B::Port),
        ("https://panel.example:65536/", B::Port),
        ("https://panel.example:+443/", B::Port),
        ("https://panel.example:https/", B::Port),
        ("https://panel.example:443:443/", B::Host),
        ("https://panel.example:8443/", B::OtherPort),
        ("http://panel.example:22/", B::OtherPort),
        ("http://panel.example:6379/", B::OtherPort),
        ("https://panel.example/api?key=abc", B::Key),
        ("https://panel.example/api?a=1&API_KEY=abc", B::Key),
        ("https://panel.example?apikey", B::Key),
        ("https://panel.example/api?access_token=abc", B::Key),
        ("https://panel.example/api?%6bey=abc", B::Key),
        ("https://panel.example/api?password=abc", B::Key),
        (&long, B::TooLong),
        (&label, B::Host),
        (&name, B::Host),
    ] {
        assert_eq!(parse(url).err(), Some(why), "{url:?}");
    }
}

/// The spellings of addresses that some programs understand and others check in another way.
#[test]
fn urls_that_lead_home() {
    use BadUrl as B;
    for (url, why) in [
        ("http://127.0.0.1/", B::Private),
        ("http://0.0.0.0/", B::Private),
        ("http://10.0.0.1/", B::Private),
        ("http://169.254.169.254/latest/meta-data/", B::Private),
        ("http://100.64.0.1/", B::Private),
        ("http://192.168.0.1/", B::Private),
        ("http://255.255.255.255/", B::Private),
        ("http://224.0.0.1/", B::Private),
        ("http://[::]/", B::Private),
        ("http://[::1]/", B::Private),
        ("http://[0:0:0:0:0:0:0:1]/", B::Private),
        ("http://[::127.0.0.1]/", B::Private),
        ("http://[::ffff:127.0.0.1]/", B::Private),
        ("http://[::ffff:7f00:1]/", B::Private),
        ("http://[::ffff:8.8.8.8]/", B::Private),
        ("http://[64:ff9b::7f00:1]/", B::Private),
        ("http://[2002:7f00:1::]/", B::Private),
        ("http://[fe80::1]/", B::Private),
        ("http://[fd00::1]/", B::Private),
        ("http://[ff02::1]/", B::Private),
        ("http://localhost/", B::Private),
        ("http://LOCALHOST/", B::Private),
        ("http://metadata/", B::Private),
        ("http://127.1/", B::OddAddress),
        ("http://127.0.1/", B::OddAddress),
        ("http://2130706433/", B::OddAddress),
        ("http://0/", B::OddAddress),
        ("http://0177.0.0.1/", B::OddAddress),
        ("http://017700000001/", B::OddAddress),
        ("http://0x7f000001/", B::OddAddress),
        ("http://0X7F.0.0.1/", B::OddAddress),
        ("http://0x7f.0x0.0x0.0x1/", B::OddAddress),
        ("http://127.0.0.0x1/", B::OddAddress),
        ("http://127.0.0.01/", B::OddAddress),
        ("http://127.0.0.1./", B::OddAddress),
        ("http://2130706433./", B::OddAddress),
        ("http://127.0.0.1.1/", B::OddAddress),
        ("http://256.0.0.1/", B::OddAddress),
        ("http://panel.example.1/", B::OddAddress),
        ("http://1.0x/", B::OddAddress),
    ] {
        assert_eq!(parse(url).err(), Some(why), "{url}");
    }
}

/// An operator may lead to the machine next door, and to nothing else.
#[test]
fn urls_next_door() {
    for url in [
        "http://127.0.0.1:8080/",
        "http://[::1]:8080/",
        "http://10.0.0.1/",
        "http://localhost/",
        "http://panel:3000/api",
        "http://[::ffff:127.0.0.1]/",
    ] {
        assert!(Endpoint::parse(url, &NEAR).is_ok(), "{url}");
    }
    for url in [
        "http://0.0.0.0/",
        "http://255.255.255.255/",
        "http://224.0.0.1/",
        "http://[::]/",
        "http://[ff02::1]/",
    ] {
        assert_eq!(Endpoint::parse(url, &NEAR).err(), Some(BadUrl::Private), "{url}");
    }
    assert_eq!(Endpoint::parse("http://2130706433/", &NEAR).err(), Some(BadUrl::OddAddress));
    let near = Policy { any_port: false, ..NEAR };
    assert_eq!(Endpoint::parse("http://localhost:8080/", &near).err(), Some(BadUrl::OtherPort));
}
