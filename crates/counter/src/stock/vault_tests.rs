use super::*;
use std::sync::atomic::{AtomicUsize, Ordering};

fn vault() -> Vault {
    let mut random = [7; 64];
    random[40] = 9;
    Vault::from_random(random)
}

const ITEM: Place = Place::Item(StockItemId(5));
const NONCE: [u8; NONCE_BYTES] = [3; NONCE_BYTES];

#[test]
fn a_secret_opens_only_in_its_own_row() {
    let vault = vault();
    let sealed = vault.seal(ITEM, "KEY-1234", NONCE).unwrap();
    assert_eq!(vault.open(ITEM, &sealed).unwrap(), "KEY-1234");
    let elsewhere = [
        Place::Item(StockItemId(6)),
        Place::Form(ProductOrderId(5)),
        Place::Line(ProductOrderId(5), 1),
    ];
    for place in elsewhere {
        assert_eq!(vault.open(place, &sealed), Err(VaultError::NotOurs), "{place:?}");
    }
    for index in 0..sealed.bytes.len() {
        let mut changed = sealed.clone();
        changed.bytes[index] ^= 1;
        assert_eq!(vault.open(ITEM, &changed), Err(VaultError::NotOurs));
    }
    let short = Sealed { key: 1, bytes: vec![0; 10] };
    assert_eq!(vault.open(ITEM, &short), Err(VaultError::NotOurs));
}

#[test]
fn the_secret_is_nowhere_in_what_is_stored_or_printed() {
    let sealed = vault().seal(ITEM, "KEY-1234", NONCE).unwrap();
    assert!(!sealed.bytes.windows(4).any(|window| window == b"KEY-"));
    let printed = format!("{:?} {sealed:?}", vault());
    assert_eq!(printed, "Vault { keys: [1], .. } Sealed { key: 1, .. }");
}

#[test]
fn a_new_key_seals_and_the_old_one_still_opens() {
    let old = vault();
    let sealed = old.seal(ITEM, "KEY-1234", NONCE).unwrap();
    let new = old.with_new_key(0, [8; 32]);
    assert_eq!(new.open(ITEM, &sealed).unwrap(), "KEY-1234");
    let resealed = new.seal(ITEM, "KEY-1234", NONCE).unwrap();
    assert_eq!(resealed.key, 2);
    assert_eq!(old.open(ITEM, &resealed), Err(VaultError::NoKey(2)));
    let product = ProductId(1);
    assert_eq!(old.blind(product, " KEY-1234 "), new.blind(product, "KEY-1234"));
    assert_ne!(old.blind(product, "KEY-1234"), old.blind(ProductId(2), "KEY-1234"));
}

/// Where a ring with another key is kept; counts how often it was asked.
#[derive(Debug)]
struct Kept(Vault, AtomicUsize);

impl RingSource for Kept {
    fn read_again(&self) -> Option<Vault> {
        self.1.fetch_add(1, Ordering::Relaxed);
        Some(self.0.clone())
    }

    fn refused(&self, error: &VaultError) {
        panic!("{error}");
    }
}

#[test]
fn an_unknown_key_is_looked_for_once_and_a_changed_secret_never() {
    let new = vault().with_new_key(0, [8; 32]);
    let kept = Arc::new(Kept(new.clone(), AtomicUsize::new(0)));
    let source: Arc<dyn RingSource> = Arc::<Kept>::clone(&kept);
    let old = vault().with_source(source);
    let shared = old.clone();
    let sealed = new.seal(ITEM, "KEY-1234", NONCE).unwrap();
    let asked = || kept.1.load(Ordering::Relaxed);
    let broken = Sealed { key: 1, bytes: sealed.bytes.clone() };
    assert_eq!(old.open(ITEM, &broken), Err(VaultError::NotOurs));
    assert_eq!((asked(), old.newest()), (0, 1));
    assert_eq!(old.open(ITEM, &sealed).unwrap(), "KEY-1234");
    assert_eq!((asked(), shared.newest()), (1, 2), "clones share the ring");
    assert_eq!(shared.open(ITEM, &sealed).unwrap(), "KEY-1234");
    let elsewhere = Place::Item(StockItemId(6));
    assert_eq!(shared.open(elsewhere, &sealed), Err(VaultError::NotOurs));
    assert_eq!(asked(), 1);
    let lost = Sealed { key: 3, ..sealed };
    assert_eq!(old.open(ITEM, &lost), Err(VaultError::NoKey(3)));
    assert_eq!(asked(), 2);
}
