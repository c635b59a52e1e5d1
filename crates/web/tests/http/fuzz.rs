//! Random and damaged requests: none may be answered with a fault of ours, and none may move money
//! but by an order that is acknowledged.

use crate::common::{FORM, Shop};
use crate::ways;
use axum::body::Body;
use axum::http::{Request, Uri};

/// Xorshift: the same numbers in every run.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let sides = u64::try_from(sides.max(1)).unwrap();
        usize::try_from(self.0.checked_rem(sides).unwrap()).unwrap()
    }

    pub(crate) fn byte(&mut self) -> u8 {
        u8::try_from(self.roll(256)).unwrap()
    }

    pub(crate) fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.roll(from.len())]
    }
}

const ACTIONS: [&str; 14] = [
    "add",
    "add",
    "add",
    "status",
    "refill",
    "refill_status",
    "cancel",
    "orders",
    "balance",
    "services",
    "products",
    "multi_status",
    "add_product_order",
    "nonsense",
];

const NAMES: [&str; 24] = [
    "service",
    "link",
    "quantity",
    "runs",
    "interval",
    "comments",
    "usernames",
    "hashtags",
    "username",
    "min",
    "max",
    "posts",
    "expiry",
    "delay",
    "order",
    "orders",
    "orders[]",
    "refill",
    "refills",
    "limit",
    "request_id",
    "country",
    "device",
    "type_of_traffic",
];

const VALUES: [&str; 30] = [
    "1",
    "2",
    "4",
    "9",
    "16",
    "17",
    "22",
    "24",
    "100",
    "1000",
    "0",
    "-1",
    "10001",
    "2147483648",
    "99999999999999999999",
    "1.5",
    "1e3",
    "",
    "undefined",
    "a\nb\r\nc",
    "x,y",
    "https://example.com",
    "javascript:alert(1)",
    "[1,2]",
    "1,2,3",
    "12/31/2026",
    "WW",
    "ü🎉",
    "\u{202e}",
    "\0",
];

const PIECES: [&str; 12] =
    ["&", "=", "%", "[]", "]", "{", "\"", ",", "%00", "--X-b\r\n", "\r\n\r\n", "key="];

/// A request that is more or less one of the dialect.
fn request(dice: &mut Dice, key: &str) -> Request<Body> {
    let order = dice.roll(300).to_string();
    let quantity = dice.pick(&["10", "11", "20", "100"]);
    let service = dice.pick(&["1", "22", "23", "24", "25", "24"]);
    let mut pairs = match dice.roll(4) {
        0 => vec![("action", dice.pick(&ACTIONS))],
        1 => vec![("action", dice.pick(&["cancel", "refill", "status"])), ("order", &*order)],
        _ => vec![
            ("action", "add"),
            ("service", service),
            ("quantity", quantity),
            ("link", "https://example.com"),
        ],
    };
    pairs.push(("key", key));
    for _ in 0..dice.roll(6).saturating_sub(2) {
        pairs.push((dice.pick(&NAMES), dice.pick(&VALUES)));
    }
    let (content_type, body) = match dice.roll(4) {
        0 | 1 => (FORM, ways::form(&pairs)),
        2 => ("application/json", ways::json(&pairs)),
        _ => ("multipart/form-data; boundary=X-b", ways::multipart(&pairs, dice.roll(2) == 0)),
    };
    let mut body = body.into_bytes();
    for _ in 0..dice.roll(3).saturating_sub(1) {
        let at = dice.roll(body.len());
        match dice.roll(3) {
            0 => body[at] = dice.byte(),
            1 => body.truncate(at),
            _ => drop(body.splice(at..at, dice.pick(&PIECES).bytes())),
        }
        if body.is_empty() {
            break;
        }
    }
    if dice.roll(4) == 0 {
        let query = format!("/api/v2?{}", String::from_utf8_lossy(&body));
        if let Ok(uri) = query.parse::<Uri>() {
            return Request::get(uri).body(Body::empty()).unwrap();
        }
    }
    let content_type = if dice.roll(8) == 0 { "text/html" } else { content_type };
    ways::post("/api/v2/", Some(content_type), body)
}

/// The number in `{"order":1}` and nothing else.
fn placed(text: &str) -> Option<i64> {
    text.strip_prefix("{\"order\":")?.strip_suffix('}')?.parse().ok()
}

#[tokio::test]
async fn nothing_makes_it_fail_or_move_money_unsaid() {
    let shop = Shop::open().await;
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let keys = [&*shop.alice.key, &*shop.bob.key, &*shop.poor.key, &*shop.revoked];
    let mut known = shop.books().await;
    let (mut orders, mut refused, mut cancelled) = (0, 0, 0);
    for round in 0..4_000 {
        let request = if round % 20 == 0 {
            let noise: Vec<u8> = (0..dice.roll(200)).map(|_| dice.byte()).collect();
            ways::post("/api", Some(FORM), noise)
        } else {
            let key = dice.pick(&keys);
            request(&mut dice, key)
        };
        let shown = format!("round {round}: {request:?}");
        let reply = shop.send(request).await;
        assert_eq!(reply.status, 200, "{shown}");
        assert_eq!(reply.header("content-type"), "application/json", "{shown}");
        let text = reply.text();
        let _: serde_json::Value = serde_json::from_str(text).unwrap();
        let now = shop.books().await;
        if let Some(order) = placed(text) {
            // A new one, or an old one again by its request id.
            orders += usize::from(now.orders > known.orders);
            assert!(order <= i64::try_from(now.orders).unwrap(), "{shown}");
            assert!(now.orders <= known.orders + 1, "{shown}");
        } else if text.contains("\"cancel\":1") {
            cancelled += 1;
            assert_eq!(now.orders, known.orders, "{shown}");
        } else {
            refused += usize::from(text.contains("error"));
            assert_eq!(
                (now.orders, &now.wallets),
                (known.orders, &known.wallets),
                "{shown}\n{text}"
            );
        }
        known = now;
        if dice.roll(3) == 0 {
            shop.outwait_repetition();
        }
    }
    // A run that only ever sees refusals would prove little.
    assert!(orders > 100 && refused > 1_000 && cancelled > 5, "{orders} {refused} {cancelled}");
    shop.close().await;
}
