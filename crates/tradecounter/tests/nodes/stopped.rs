//! A node that is stopped while it holds locks.

use crate::Counter;
use std::sync::atomic::{AtomicBool, Ordering};
use testkit::{Client, until};

fn order(client: &Client, link: &str) -> bool {
    let fields = [("action", "add"), ("service", "1"), ("link", link), ("quantity", "10")];
    client.call(&fields)["order"].is_i64()
}

#[test]
fn others_go_on_while_a_node_stands_still_with_locks() {
    let counter = Counter::new();
    let url = |name: &str| format!("{}?application_name={name}", counter.database.url());
    let stopped = counter.start_with("api", &["--database", &url("stopped")]);
    let other = counter.start_with("all", &["--database", &url("other")]);
    let holds = "select count(*) from pg_stat_activity where application_name = 'stopped' \
        and state = 'idle in transaction' and backend_xid is not null";
    let end = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for number in 0..4 {
            let (client, end) = (stopped.client_with(&counter.key), &end);
            scope.spawn(move || {
                for order_number in 0.. {
                    if end.load(Ordering::SeqCst) {
                        break;
                    }
                    // While the node stands still, its client waits.
                    order(&client, &format!("https://example.com/a{number}-{order_number}"));
                }
            });
        }
        until("it to be stopped with an account locked", || {
            stopped.stop();
            let caught = counter.database.number(holds) > 0;
            if !caught {
                stopped.go_on();
            }
            caught.then_some(())
        });
        let client = other.client_with(&counter.key);
        for number in 0..5 {
            assert!(order(&client, &format!("https://example.com/b{number}")));
        }
        end.store(true, Ordering::SeqCst);
        stopped.go_on();
    });
    // It is of use again.
    assert!(order(&stopped.client_with(&counter.key), "https://example.com/again"));
    assert!(stopped.terminate().success());
    assert!(other.terminate().success());
    assert_eq!(counter.tell("verify")["clean"], true);
}
