//! Keys of ours at providers, when the ring that seals them changes.

use super::shop::{FIRST, NOW, SECOND, Shop, counter_with, provider, secret};
use counter::stock::Vault;

/// The ring without one of its keys.
fn without(ring: &Vault, key: &str) -> Vault {
    let text = ring.text();
    let kept = text.lines().filter(|line| !line.starts_with(&format!("{key} ")));
    Vault::parse(&kept.map(|line| format!("{line}\n")).collect::<String>()).unwrap()
}

#[tokio::test]
async fn a_key_at_a_provider_is_sealed_anew_and_the_old_one_can_go() {
    let Shop { counter, worker, database, .. } = Shop::open().await;
    let ring = counter.ring_with_new_key([9; 32]).await.unwrap();
    drop((counter, worker));
    let counter = counter_with(&database, ring.clone());
    let third = counter.add_provider(provider("third"), secret("new"), NOW).await.unwrap();
    assert_eq!(counter.rekey(&mut || [3; 32], &mut |_| {}).await.unwrap(), 2);
    assert_eq!(counter.rekey(&mut || [4; 32], &mut |_| {}).await.unwrap(), 0);
    drop(counter);
    let counter = counter_with(&database, without(&ring, "1"));
    for (id, key) in [(FIRST, "first"), (SECOND, "second"), (third, "new")] {
        assert_eq!(counter.provider_access(id).await.unwrap().key.reveal(), key);
    }
    let report = counter.verify(&mut |_, _| {}).await.unwrap();
    assert!(report.clean(), "{report:#?}");
}
