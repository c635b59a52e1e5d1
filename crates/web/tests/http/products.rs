//! The products actions: the reference page's examples, field by field and type by type, from a
//! running server; and everything that is refused.

use crate::common::Shop;
use axum::body::Body;
use axum::http::Request;
use counter::catalogue::CategoryChange;
use counter::products::{ProductChange, ProductReport, StaffReport};
use counter::stock::ImportLine;
use domain::products::{Pieces, ProductKind};
use domain::{CategoryId, Micros, ProductId, ProductOrderId};

/// The three products of the reference page: one in stock, one sold out, one that staff deliver.
struct Products<'s> {
    shop: &'s Shop,
}

impl<'s> Products<'s> {
    async fn open(shop: &'s Shop) -> Self {
        let category = |name: &str| CategoryChange { name: Some(name.to_owned()), position: None };
        let mut ids: Vec<CategoryId> = Vec::new();
        for name in ["Licences", "Media", "Accounts"] {
            ids.push(shop.counter.add_category(category(name), shop.now()).await.unwrap());
        }
        let product = |name: &str, rate: &str, max: i64, category: CategoryId| ProductChange {
            category: Some(category),
            name: Some(name.to_owned()),
            kind: Some(ProductKind::Auto),
            rate: Some(Micros::parse(rate).unwrap()),
            min: Some(1),
            max: Some(max),
            form: Some(vec![String::from("Input your account")]),
            ..ProductChange::default()
        };
        let by_staff = ProductChange {
            kind: Some(ProductKind::Service),
            form: None,
            ..product("Mailbox by hand", "0.5", 2, ids[2])
        };
        for change in [
            product("Editor licence 1 month", "2.5", 10, ids[0]),
            product("Player licence 1 month", "5", 1, ids[1]),
            by_staff,
        ] {
            shop.counter.add_product(change, shop.now()).await.unwrap();
        }
        let lines: Vec<String> = (1..=40).map(|n| format!("abc{n}@mail | {n} | x")).collect();
        let products = Self { shop };
        products.stock(1, &lines).await;
        products
    }

    async fn stock(&self, product: i64, lines: &[String]) {
        let (id, now) = (ProductId(product), self.shop.now());
        let begun = self.shop.counter.begin_import(id, "test", "tester", now).await;
        let mut importer = begun.unwrap();
        for (line, number) in lines.iter().zip(1..) {
            let line = ImportLine { secret: line.clone(), expires: None, uses: 1 };
            importer.push(number, line, [1; 32], now).await.unwrap();
        }
        importer.finish([2; 32], now, &mut |_| {}).await.unwrap();
    }

    async fn ask(&self, form: &str) -> String {
        self.shop.ask(&self.shop.alice, form).await
    }

    async fn report(&self, order: i64, report: ProductReport, note: &str) {
        let report = StaffReport {
            order: ProductOrderId(order),
            report,
            note: Some(note.to_owned()),
            actor: String::from("tester"),
            seed: [3; 32],
        };
        self.shop.counter.report_product_order(report, self.shop.now()).await.unwrap();
    }
}

/// The value of `"result"` in a status.
fn token(status: &str) -> &str {
    let (_, rest) = status.split_once(r#""result":""#).unwrap();
    rest.split('"').next().unwrap()
}

#[tokio::test]
async fn the_catalogue_is_the_reference_pages() {
    let shop = Shop::open().await;
    let products = Products::open(&shop).await;
    let wanted = concat!(
        r#"[{"product":1,"name":"Editor licence 1 month","require":"Input your account","#,
        r#""rate":2.5,"min":1,"max":10,"category":"Licences","status":"In stock","#,
        r#""inventory":40,"type":"Auto"},"#,
        r#"{"product":2,"name":"Player licence 1 month","require":"Input your account","#,
        r#""rate":5,"min":1,"max":1,"category":"Media","status":"Out of stock","#,
        r#""inventory":0,"type":"Auto"},"#,
        r#"{"product":3,"name":"Mailbox by hand","rate":0.5,"min":1,"max":2,"#,
        r#""category":"Accounts","status":"In stock","type":"Service"}]"#,
    );
    assert_eq!(products.ask("action=products").await, wanted);
    shop.close().await;
}

#[tokio::test]
async fn orders_are_delivered_as_the_reference_page_shows() {
    let shop = Shop::open().await;
    let products = Products::open(&shop).await;
    let before = shop.money(&shop.alice).await;
    let placed = products.ask("action=add_product_order&product=1&quantity=3&require=me").await;
    assert_eq!(placed, r#"{"order":1}"#, "product orders count by themselves");
    let status = products.ask("action=product_order_status&order=1").await;
    let wanted = format!(r#"{{"charge":7.5,"status":"Completed","result":"{}"}}"#, token(&status));
    assert_eq!(status, wanted);
    let uuid = token(&status);
    assert_eq!((uuid.len(), uuid.as_bytes()[14]), (36, b'4'), "a random UUID: {uuid}");
    let lines = products.ask("action=result_product&order=1").await;
    let wanted = r#"{"result":["abc1@mail | 1 | x","abc2@mail | 2 | x","abc3@mail | 3 | x"]}"#;
    assert_eq!(lines, wanted);
    assert_eq!(products.ask("action=result_product&order=1").await, wanted, "a pure read");

    // More than there is: what is there, net charge, the rest given back.
    products.ask("action=add_product_order&product=1&quantity=10&require=me").await;
    products.ask("action=add_product_order&product=1&quantity=10&require=me").await;
    products.ask("action=add_product_order&product=1&quantity=10&require=me").await;
    let last = products.ask("action=add_product_order&product=1&quantity=10&require=me").await;
    assert_eq!(last, r#"{"order":5}"#);
    let status = products.ask("action=product_order_status&order=5").await;
    let token_5 = token(&status).to_owned();
    let partial =
        format!(r#"{{"charge":17.5,"status":"Partial","remains":3,"result":"{token_5}"}}"#);
    assert_eq!(status, partial);
    let out = products.ask("action=add_product_order&product=1&quantity=1&require=me").await;
    assert_eq!(out, r#"{"error":"Out of stock"}"#);

    // By hand: pending, then canceled with a note.
    products.ask("action=add_product_order&product=3&quantity=2").await;
    let pending = r#"{"charge":1,"status":"Pending"}"#;
    assert_eq!(products.ask("action=product_order_status&order=6").await, pending);
    products.report(6, ProductReport::End, "Out of stock").await;
    let many = products.ask("action=product_order_status&orders=456,6,5").await;
    let wanted = format!(
        r#"{{"456":{{"error":"Incorrect order ID"}},"6":{{"charge":0,"status":"Canceled","note":"Out of stock"}},"5":{partial}}}"#
    );
    assert_eq!(many, wanted);
    assert_eq!(products.ask("action=result_product&order=6").await, r#"{"result":[]}"#);

    // 3 + 30 + 7 pieces at 2.5 are 100.
    let after = shop.money(&shop.alice).await;
    let number = |text: &str| Micros::parse(text).unwrap().raw();
    assert_eq!(number(&before.0) - number(&after.0), 100_000_000);
    assert_eq!(after.1, "0");
    // Orders for services and for products do not answer for each other.
    let none = r#"{"error":"Incorrect order ID"}"#;
    assert_eq!(products.ask("action=status&order=1").await, none);
    shop.close().await;
}

#[tokio::test]
async fn what_is_refused_changes_nothing() {
    let shop = Shop::open().await;
    Products::open(&shop).await;
    let long =
        format!("action=add_product_order&product=1&quantity=1&require={}", "x".repeat(2_001));
    let add = "action=add_product_order&product=1&quantity=";
    let with = |rest: &str| format!("{add}{rest}");
    let table = [
        (String::from("action=add_product_order&quantity=1"), "Incorrect product ID"),
        (String::from("action=add_product_order&product=9&quantity=1"), "Incorrect product ID"),
        (String::from("action=add_product_order&product=x&quantity=1"), "Incorrect product ID"),
        (String::from("action=add_product_order&product=1&require=me"), "Incorrect quantity"),
        (with("1.5&require=me"), "Incorrect quantity"),
        (with("1e3&require=me"), "Incorrect quantity"),
        (with("0&require=me"), "Quantity less than minimal 1"),
        (with("-3&require=me"), "Quantity less than minimal 1"),
        (with("11&require=me"), "Quantity more than maximum 10"),
        (with("99999999999999999999&require=me"), "Quantity more than maximum 10"),
        (with("1"), "Incorrect require"),
        (long, "Incorrect require"),
        (String::from("action=add_product_order&product=2&quantity=1&require=me"), "Out of stock"),
        (String::from("action=product_order_status&order=1"), "Incorrect order ID"),
        (String::from("action=result_product&order=1"), "Incorrect order ID"),
        (String::from("action=result_product"), "Incorrect order ID"),
    ];
    shop.refuses(&table).await;
    shop.close().await;
}

#[tokio::test]
async fn strangers_see_nothing_of_an_order() {
    let shop = Shop::open().await;
    let products = Products::open(&shop).await;
    products.ask("action=add_product_order&product=1&quantity=1&require=me").await;
    let none = r#"{"error":"Incorrect order ID"}"#;
    for form in ["action=product_order_status&order=1", "action=result_product&order=1"] {
        assert_eq!(shop.ask(&shop.bob, form).await, none);
    }
    let keyed = shop.ask(&shop.bob, "action=product_order_status&orders=1").await;
    assert_eq!(keyed, r#"{"1":{"error":"Incorrect order ID"}}"#);
    shop.close().await;
}

#[tokio::test]
async fn a_repeated_request_buys_once() {
    let shop = Shop::open().await;
    let products = Products::open(&shop).await;
    let form = "action=add_product_order&product=1&quantity=2&require=me&request_id=r-1";
    let first = products.ask(form).await;
    assert_eq!(products.ask(form).await, first);
    let changed = form.replace("quantity=2", "quantity=3");
    assert_eq!(products.ask(&changed).await, r#"{"error":"Incorrect request_id"}"#);
    assert!(products.ask("action=products").await.contains(r#""inventory":38"#));
    // The same name for an order of another kind is another request.
    let service = "action=add&service=1&link=https://example.com&quantity=100&request_id=r-1";
    let placed = products.ask(service).await;
    assert_eq!(placed, r#"{"order":1}"#);
    assert_eq!(products.ask(service).await, placed);
    assert_eq!(products.ask(form).await, first);
    shop.close().await;
}

#[tokio::test]
async fn deliveries_can_be_downloaded_for_a_week_and_are_never_kept() {
    let shop = Shop::open().await;
    let products = Products::open(&shop).await;
    products.ask("action=add_product_order&product=1&quantity=2&require=me").await;
    let status = products.ask("action=product_order_status&order=1").await;
    let token = token(&status).to_owned();
    let get = async |path: &str| {
        let request = Request::get(path).body(Body::empty()).unwrap();
        shop.send(request).await
    };
    let text = get(&format!("/delivery/{token}.txt")).await;
    assert_eq!(text.text(), "abc1@mail | 1 | x\nabc2@mail | 2 | x\n");
    assert_eq!(text.header("cache-control"), "no-store");
    assert_eq!(text.header("content-disposition"), "attachment; filename=\"order-1.txt\"");
    let csv = get(&format!("/delivery/{token}.csv")).await;
    assert!(csv.text().starts_with("piece,content\r\n1,\"abc1@mail | 1 | x\"\r\n"));
    let absent = "ffffffff-ffff-4fff-8fff-ffffffffffff";
    let wrong = [
        format!("/delivery/{token}"),
        format!("/delivery/{token}.exe"),
        format!("/delivery/{absent}.txt"),
        String::from("/delivery/x.txt"),
        String::from("/delivery/%ff.txt"),
    ];
    for path in wrong {
        let reply = get(&path).await;
        assert_eq!((reply.status.as_u16(), reply.header("cache-control")), (404, "no-store"));
    }
    let head = Request::head(format!("/delivery/{token}.txt")).body(Body::empty()).unwrap();
    assert_eq!(shop.send(head).await.status, 405, "it would show nothing and count as a look");
    assert_eq!(shop.counter.reveals(10).await.unwrap().len(), 2, "every look is logged");
    shop.wait(7 * 86_400);
    assert_eq!(get(&format!("/delivery/{token}.txt")).await.status, 404, "a week is over");
    shop.close().await;
}

#[tokio::test]
async fn the_catalogue_is_sent_once_while_it_is_the_same_and_compressed_for_who_asks() {
    let shop = Shop::open().await;
    let products = Products::open(&shop).await;
    for number in 0..20 {
        let name = format!("Font number {number}, a licence for the desktop");
        let change = ProductChange {
            category: Some(CategoryId(1)),
            name: Some(name),
            kind: Some(ProductKind::Service),
            rate: Some(Micros::new(1)),
            min: Some(1),
            max: Some(1),
            ..ProductChange::default()
        };
        shop.counter.add_product(change, shop.now()).await.unwrap();
    }
    let list = async |name: &str, value: &str| {
        let request = Request::post("/api/v2").header(name, value);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let form = format!("key={}&action=products", shop.alice.key);
        shop.send(request.body(Body::from(form)).unwrap()).await
    };
    let plain = list("accept-encoding", "identity").await;
    let tag = plain.header("etag").to_owned();
    assert_eq!(plain.text(), products.ask("action=products").await);
    assert_eq!(list("if-none-match", &tag).await.status, 304);
    let zipped = list("accept-encoding", "gzip").await;
    assert_eq!(zipped.header("content-encoding"), "gzip");
    assert!(zipped.body.len() < plain.body.len() / 2);
    products.ask("action=add_product_order&product=1&quantity=1&require=me").await;
    let changed = list("if-none-match", &tag).await;
    assert_eq!(changed.status, 200, "one piece less in stock");
    shop.close().await;
}

#[tokio::test]
async fn how_lines_end_makes_no_other_order() {
    let shop = Shop::open().await;
    let products = Products::open(&shop).await;
    let form = Some(vec![String::from("Name"), String::from("Password")]);
    let change = ProductChange { form, ..ProductChange::default() };
    shop.counter.edit_product(ProductId(1), change, shop.now()).await.unwrap();
    for ends in ["%0D%0A", "%0A", "%0D"] {
        let form = format!(
            "action=add_product_order&product=1&quantity=1&request_id=a&require=me{ends}secret"
        );
        assert_eq!(products.ask(&form).await, "{\"order\":1}", "{ends}");
    }
    shop.close().await;
}

#[tokio::test]
async fn what_was_taken_back_is_shown_no_more_and_the_rest_keeps_its_numbers() {
    let shop = Shop::open().await;
    let products = Products::open(&shop).await;
    products.ask("action=add_product_order&product=1&quantity=4&require=me").await;
    let taken = ProductReport::TakeBack(Pieces::Numbered(vec![3, 1]));
    products.report(1, taken, "Did not work").await;
    let status = products.ask("action=product_order_status&order=1").await;
    let token = token(&status).to_owned();
    let wanted = format!(
        r#"{{"charge":5,"status":"Partial","remains":2,"result":"{token}","note":"Did not work"}}"#
    );
    assert_eq!(status, wanted);
    let lines = products.ask("action=result_product&order=1").await;
    assert_eq!(lines, r#"{"result":["abc2@mail | 2 | x","abc4@mail | 4 | x"]}"#);
    let get = async |end: &str| {
        let request = Request::get(format!("/delivery/{token}.{end}")).body(Body::empty()).unwrap();
        shop.send(request).await.text().to_owned()
    };
    assert_eq!(get("txt").await, "abc2@mail | 2 | x\nabc4@mail | 4 | x\n");
    let csv = "piece,content\r\n2,\"abc2@mail | 2 | x\"\r\n4,\"abc4@mail | 4 | x\"\r\n";
    assert_eq!(get("csv").await, csv);
    shop.close().await;
}
