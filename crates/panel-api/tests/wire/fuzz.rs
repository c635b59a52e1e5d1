//! Random and damaged requests. `read` must answer all of them, and never with more than it
//! promises.

use panel_api::limits;
use panel_api::request::{Input, Request, read};

use crate::{FORM, INFER, JSON, STRICT};

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
}

const SEEDS: [&str; 8] = [
    "key=k&action=add&service=1&link=a&quantity=10&comments=a%0Ab&usernames=x,y&request_id=r",
    "key=k&action=status&orders[]=1&orders[0]=2&order=3&orders=1,2,[3]",
    r#"{"key":"k","action":"status","orders":[1,"2",null,"\ud83c\udf89"],"x":{"y":[1e5]}}"#,
    r#"{"key":"k","action":"add","comments":["a\nb"],"quantity":1.5,"link":null,"runs":true}"#,
    "key=k&action=refill_status&refills=%5B%221%22%5D",
    "key=%20k%00&action=orders&limit=-1",
    "\u{feff} { \"key\" : \"k\" }",
    "refill=1&key=k",
];

const PIECES: [&str; 16] = [
    "&", "=", "%", "[]", "[", "]", "{", "}", "\"", ",", "%00", "\\u", "key=", "action=", "null",
    "\u{feff}",
];

pub(crate) fn damage(dice: &mut Dice, seed: &str) -> Vec<u8> {
    let mut bytes = seed.as_bytes().to_vec();
    for _ in 0..dice.roll(6) {
        let at = dice.roll(bytes.len().saturating_add(1));
        match dice.roll(4) {
            0 => bytes.insert(at, dice.byte()),
            1 => bytes.truncate(at),
            2 if at < bytes.len() => bytes[at] = dice.byte(),
            _ => {
                let piece = PIECES[dice.roll(PIECES.len())].bytes();
                bytes.splice(at..at, piece);
            }
        }
    }
    bytes
}

fn check(input: &Input<'_>) -> bool {
    let mut understood = false;
    for options in [STRICT, INFER] {
        let Ok(call) = read(input, &options) else { continue };
        assert!(call.key.len() <= limits::KEY_CHARS * 4);
        let Ok(request) = call.request else { continue };
        understood = true;
        if let Request::Status(ids) | Request::Refill(ids) | Request::RefillStatus(ids) = request {
            assert!((1..=limits::IDS).contains(&ids.as_slice().len()));
            for id in ids.as_slice() {
                assert!(!id.asked.is_empty() && !id.asked.contains('\0'), "{input:?}");
                assert!(id.number.is_none_or(|n| n > 0 && n <= limits::ID_MAX), "{input:?}");
            }
        }
    }
    understood
}

#[test]
fn nothing_makes_it_panic() {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut understood = 0;
    for round in 0..20_000 {
        let body = if round % 4 == 0 {
            (0..dice.roll(60)).map(|_| dice.byte()).collect()
        } else {
            let seed = SEEDS[dice.roll(SEEDS.len())];
            damage(&mut dice, seed)
        };
        let seed = SEEDS[dice.roll(SEEDS.len())];
        let query = String::from_utf8_lossy(&damage(&mut dice, seed)).into_owned();
        let content_type =
            [None, Some(FORM), Some(JSON), Some("multipart/form-data")][dice.roll(4)];
        let parts = [(query.clone(), query.clone()), ("orders[]".to_owned(), query.clone())];
        for input in [
            Input { query: None, content_type, body: &body, ..Input::default() },
            Input { query: Some(&query), content_type, body: &body, ..Input::default() },
            Input { query: Some(&query), idempotency_key: Some(&query), ..Input::default() },
            Input { query: Some("key=k&action=add"), multipart: Some(&parts), ..Input::default() },
        ] {
            understood += usize::from(check(&input));
        }
    }
    // A loop that only ever sees refusals would prove little.
    assert!(understood > 1_000, "{understood}");
}
