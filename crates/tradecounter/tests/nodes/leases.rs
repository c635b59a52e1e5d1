//! The work that one node at a time does, when nodes come and go.

use crate::Counter;

#[test]
fn a_killed_nodes_work_is_taken_over_and_done_once() {
    let counter = Counter::new();
    let api = counter.start("api");
    let client = api.client_with(&counter.key);
    let mut works = counter.start("worker");
    counter.wait_until_it_works(&works);
    for _ in 0..3 {
        let waits = counter.start("worker");
        counter.drip_feeds(&client, 10);
        // In the middle of it, as likely as not.
        works.kill();
        counter.drip_feeds(&client, 10);
        counter.wait_until_it_works(&waits);
        counter.wait_for_the_runs();
        works = waits;
    }
    testkit::until("every event to be sealed", || {
        let open = counter.database.number("select count(*) from event where position is null");
        (open == 0).then_some(())
    });
    assert!(works.terminate().success());
    let log = api.end_and_read_log();
    assert!(!log.contains("ERROR") && !log.contains("panicked"), "{log}");
    counter.assert_once();
}

#[test]
fn who_ends_in_order_hands_over_before_the_term_is_over() {
    let counter = Counter::new();
    let program = counter.patient();
    let start = || program.start(&["serve", "--listen", "127.0.0.1:0"]);
    let first = start();
    counter.wait_until_it_works(&first);
    let second = start();
    counter.drip_feeds(&second.client_with(&counter.key), 5);
    counter.wait_for_the_runs();
    assert!(!second.logged().contains("this node does the job"), "{}", second.logged());
    assert!(first.terminate().success());
    counter.wait_until_it_works(&second);
    counter.drip_feeds(&second.client_with(&counter.key), 5);
    counter.wait_for_the_runs();
    assert!(second.terminate().success());
    let left = counter.database.rows("select owner, until_us from lease");
    assert!(left.len() == 5 && left.iter().all(|row| row == "|0"), "{left:?}");
    assert_eq!(counter.database.rows("select id from node"), Vec::<String>::new());
}

/// The first owner is stopped for longer than its lease lasts, and goes on when there is work to do
/// that it believes to be its own; the second owner stands still meanwhile, so whatever is done then
/// is done by the first.
#[test]
fn a_stopped_node_does_nothing_any_more_once_another_has_taken_over() {
    let counter = Counter::new();
    let api = counter.start("api");
    let client = api.client_with(&counter.key);
    let stopped = counter.start("worker");
    counter.wait_until_it_works(&stopped);
    counter.drip_feeds(&client, 5);
    counter.wait_for_the_runs();
    stopped.stop();
    let program = counter.patient();
    let other = program.start(&["serve", "--listen", "127.0.0.1:0", "--role", "worker"]);
    counter.wait_until_it_works(&other);
    other.stop();
    counter.drip_feeds(&client, 20);
    let before = counter.parts();
    stopped.go_on();
    testkit::until("the node to notice", || {
        let told = "another node had taken over while this one was not heard of job=\"orders\"";
        stopped.logged().contains(told).then_some(())
    });
    // Not before it has ended is it certain that nothing more comes from it.
    let log = stopped.end_and_read_log();
    assert!(!log.contains("ERROR") && !log.contains("panicked"), "{log}");
    assert_eq!(counter.parts(), before, "it has done nothing");
    other.go_on();
    counter.wait_for_the_runs();
    let log = other.end_and_read_log();
    assert!(!log.contains("ERROR") && !log.contains("panicked"), "{log}");
    counter.assert_once();
}
