//! try
#![expect(clippy::unwrap_used, clippy::panic, reason = "x")]
use store::{Access, Store};
#[test]
fn try_it() {
    let url = std::env::var("PGURL").unwrap();
    let rt = tokio::runtime::Builder::new_current_thread().build().unwrap();
    rt.block_on(async {
        let store = Store::open(&url, Access::CreateIfMissing, |_| {}).unwrap_or_else(|e| panic!("{e}"));
        let mut n = 0;
        for sql in store::tables::statements() {
            n += 1;
            // wrong number of parameters: 99, so it is described and not run
            let params = vec![store::Val::Null; 99];
            let r = store.read(move |tx| { tx.each(sql, &params, &mut |_| Ok(())) }).await;
            let text = format!("{r:?}");
            if !text.contains("parameters and was given 99") { println!("{}: {text}", sql.name); }
        }
        println!("{n} statements");
    });
}
