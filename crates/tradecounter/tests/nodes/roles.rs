//! What nodes of each role do, and what they say when one is missing.

use crate::Counter;

#[test]
fn a_cluster_without_a_worker_says_so_once() {
    let counter = Counter::new();
    let api = counter.start("api");
    counter.drip_feeds(&api.client_with(&counter.key), 3);
    let missing = "no node does the work in the background";
    testkit::until("a warning", || api.logged().contains(missing).then_some(()));
    assert_eq!(counter.parts(), 0, "it is no worker itself");
    let worker = counter.start("worker");
    counter.wait_for_the_runs();
    testkit::until("the end of it", || {
        api.logged().contains("the work in the background is done again").then_some(())
    });
    assert!(worker.terminate().success());
    let log = api.end_and_read_log();
    assert_eq!(log.matches(missing).count(), 1, "{log}");
    assert!(log.contains("orders, retention, sealing, stock"), "{log}");
    assert!(log.contains("Start a node with --role worker or --role all"), "{log}");
}

#[test]
fn a_worker_answers_its_health_check_and_takes_no_orders() {
    let counter = Counter::new();
    let worker = counter.start("worker");
    let address = worker.url.trim_start_matches("http://").trim_end_matches("/healthz");
    assert_ne!(address, worker.url.trim_start_matches("http://"), "{}", worker.url);
    let client = testkit::Client { address: address.to_owned(), key: counter.key.clone() };
    assert_eq!((client.get("/healthz").status, &*client.get("/healthz").body), (200, "ok"));
    for answer in [client.form(&[("action", "balance")]), client.get("/")] {
        assert_eq!(answer.status, 404);
        assert!(answer.body.contains("works in the background"), "{}", answer.body);
    }
    counter.wait_until_it_works(&worker);
    assert!(worker.terminate().success());
}

#[test]
fn a_role_that_is_none_is_refused() {
    let counter = Counter::new();
    let refused = counter.program.run(&["serve", "--role", "boss"]);
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(refused.stderr.contains("[possible values: api, worker, all]"), "{refused:?}");
}
