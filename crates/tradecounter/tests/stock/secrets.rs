//! No file and no log holds a secret.

use crate::{buy, set_up, write};

/// What the counter writes holds no secret: database, WAL, logs.
#[test]
fn no_file_and_no_log_holds_a_secret_of_a_hundred_thousand() {
    let (program, key) = set_up();
    let secrets: String = (0..100_000).map(|n| format!("VERYSECRET-{n:06}\n")).collect();
    write(&program, "stock.txt", &secrets);
    let report = program.json(&["stock", "import", "1", "stock.txt"]);
    assert_eq!(report["added"], 100_000);
    std::fs::remove_file(program.folder().join("stock.txt")).unwrap();
    let mut logging = program;
    logging.set("TRADECOUNTER_LOG", "trace");
    let server = logging.start(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(buy(&server.client_with(&key), 1_000).len(), 1_000);
    let search = |what: &str, bytes: &[u8]| {
        for needle in ["VERYSECRET-", &key] {
            let needle = needle.as_bytes();
            assert!(!bytes.windows(needle.len()).any(|w| w == needle), "a secret is in {what}");
        }
    };
    let folder = || std::fs::read_dir(logging.folder()).unwrap().map(|entry| entry.unwrap().path());
    let mut files = 0;
    for path in folder() {
        search(&path.display().to_string(), &std::fs::read(&path).unwrap());
        files += 1;
    }
    assert!(files >= 4, "database, WAL, shared memory, secrets");
    let copy = format!("vacuum into '{}'", logging.folder().join("backup.db").display());
    let database = logging.folder().join("tradecounter.db");
    rusqlite::Connection::open(database).unwrap().execute(&copy, []).unwrap();
    search("the backup", &std::fs::read(logging.folder().join("backup.db")).unwrap());
    let log = server.end_and_read_log();
    assert!(log.len() > 1_000, "there is a log");
    search("the log", log.as_bytes());
}
