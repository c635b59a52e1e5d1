//! Stock that is low, where an operator looks.

use crate::{set_up, write};
use testkit::until;

#[test]
fn low_stock_is_in_the_list_and_once_in_the_log() {
    let (program, _) = set_up();
    write(&program, "stock.txt", "a\nb\nc");
    program.json(&["stock", "import", "1", "stock.txt"]);
    program.json(&["product", "edit", "1", "--low-stock", "4"]);
    assert_eq!(program.json(&["product", "list"])[0]["low"], true);
    let server = program.start(&["serve", "--listen", "127.0.0.1:0"]);
    let database = program.folder().join("tradecounter.db");
    // Events are sealed in every tick, in front of what follows in the first one.
    until("the first tick of the server", || {
        let connection = rusqlite::Connection::open(&database).unwrap();
        let count = "select count(*) from event where position is null";
        let left: i64 = connection.query_row(count, [], |row| row.get(0)).unwrap();
        (left == 0).then_some(())
    });
    let log = server.end_and_read_log();
    let told: Vec<&str> = log.lines().filter(|line| line.contains("stock is low")).collect();
    assert_eq!(told.len(), 1, "{log}");
    assert!(told[0].contains("WARN") && told[0].contains("pieces=3 low_stock=4"), "{told:?}");
}
