//! What staff do by hand.

use crate::{set_up, write};
use serde_json::{Value, json};

#[test]
fn staff_work_on_product_orders_beside_the_server() {
    let (program, key) = set_up();
    let product = [
        "product",
        "add",
        "--category",
        "1",
        "--name",
        "By hand",
        "--kind",
        "service",
        "--rate",
        "5",
        "--min",
        "1",
        "--max",
        "9",
        "--form",
        "Domain",
    ];
    assert_eq!(program.json(&product)["product"], 2);
    let server = program.start(&["serve", "--listen", "127.0.0.1:0"]);
    let client = server.client_with(&key);
    let fields = [
        ("action", "add_product_order"),
        ("product", "2"),
        ("quantity", "2"),
        ("require", "example.com"),
    ];
    assert_eq!(client.call(&fields), json!({ "order": 1 }));
    assert_eq!(program.json(&["product-order", "list", "--open"])[0]["state"], "pending");
    let form = program.json(&["product-order", "form", "1", "--reason", "to fulfil it"]);
    assert_eq!(form, json!([{ "label": "Domain", "answer": "example.com" }]));
    write(&program, "broken.txt", "line one\n\nb\u{7}\n");
    for (arguments, input, code, complaint) in [
        (&["line one"][..], "", 2, "pieces are not taken as arguments"),
        (&["--file", "x", "-"], "", 2, "not both"),
        (&[], "line one", 2, "--file PATH"),
        (&["--file", "absent.txt"], "", 1, "absent.txt"),
        (
            &["--file", "broken.txt"],
            "",
            3,
            "line 3 holds control characters; nothing was delivered",
        ),
        (&["-"], "\n \n", 3, "there is no line in it; nothing was delivered"),
        (&["-"], "a\nb\nc\n", 3, "pieces: must be 1 to 2"),
    ] {
        let mut all = vec!["product-order", "deliver", "1"];
        all.extend(arguments);
        let done = program.run_with_input(&all, input);
        assert_eq!(done.code, Some(code), "{arguments:?}: {done:?}");
        assert!(done.stderr.contains(complaint), "{arguments:?}: {done:?}");
        assert!(!done.stderr.contains("line one"), "what may be a secret is not repeated");
    }
    let many = "piece\n".repeat(1_001);
    let done = program.run_with_input(&["product-order", "deliver", "1", "-"], &many);
    let text = "error: line 1001 is one too many: an order has at most 1000 pieces; nothing was \
                delivered\n";
    assert_eq!((done.code, done.stderr.as_str()), (Some(3), text));
    let delivered =
        program.run_with_input(&["product-order", "deliver", "1", "-"], "\u{feff}line one\r\n\n");
    assert_eq!(delivered.code, Some(0), "{delivered:?}");
    program.json(&["product-order", "end", "1", "--note", "one only"]);
    let status = client.call(&[("action", "product_order_status"), ("order", "1")]);
    let expected = json!({
        "charge": 5, "status": "Partial", "remains": 1, "result": status["result"],
        "note": "one only",
    });
    assert_eq!(status, expected);
    let result = client.call(&[("action", "result_product"), ("order", "1")]);
    assert_eq!(result, json!({ "result": ["line one"] }));
    let reveals: Vec<Value> = program.json(&["stock", "reveals"]).as_array().unwrap().clone();
    let reasons: Vec<&str> = reveals.iter().map(|r| r["reason"].as_str().unwrap()).collect();
    assert_eq!(reasons, ["result_product", "to fulfil it"]);
    assert!(server.terminate().success());
    assert_eq!(program.json(&["verify"])["clean"], true);
}

#[test]
fn any_piece_is_taken_back_by_its_number() {
    let (program, key) = set_up();
    program.json(&["product", "edit", "1", "--max", "3", "--warranty-days", "2"]);
    write(&program, "stock.txt", "one\ntwo\nthree\nfour");
    program.json(&["stock", "import", "1", "stock.txt"]);
    let server = program.start(&["serve", "--listen", "127.0.0.1:0"]);
    let client = server.client_with(&key);
    let fields = [("action", "add_product_order"), ("product", "1"), ("quantity", "3")];
    assert_eq!(client.call(&fields), json!({ "order": 1 }));
    for (arguments, complaint) in [
        (&[][..], "--piece <N>|--pieces <COUNT>"),
        (&["--piece", "1", "--pieces", "1"], "cannot be used with"),
        (&["--piece", "x"], "invalid value"),
    ] {
        let mut all = vec!["product-order", "take-back", "1"];
        all.extend(arguments);
        let done = program.run(&all);
        assert_eq!(done.code, Some(2), "{done:?}");
        assert!(done.stderr.contains(complaint), "{done:?}");
    }
    let done = program.run(&["product-order", "take-back", "1", "--piece", "4"]);
    let text = "error: piece: the customer has no piece 4; it was never delivered, or is taken \
                back\n";
    assert_eq!((done.code, done.stderr.as_str()), (Some(3), text));
    program.json(&["product-order", "replace", "1", "--piece", "3"]);
    let taken = ["product-order", "take-back", "1", "--piece", "2", "--piece", "1"];
    let after = program.json(&taken);
    let told = ["state", "delivered", "released"].map(|name| after[name].clone());
    assert_eq!(told, [json!("partial"), json!(1), json!("0.02")]);
    // New terms are for new orders.
    program.json(&["product", "edit", "1", "--warranty-days", "0"]);
    let shown = program.json(&["product-order", "show", "1"]);
    assert_eq!(shown["warranty_days"], 2);
    let told = |name: &str| -> Vec<Value> {
        shown["pieces"].as_array().unwrap().iter().map(|piece| piece[name].clone()).collect()
    };
    assert_eq!(told("piece"), [1, 2, 3, 3]);
    assert_eq!(told("item"), [1, 2, 3, 4]);
    assert_eq!(told("state"), ["taken_back", "taken_back", "replaced", "delivered"]);
    assert!(
        told("warranty_until").iter().all(|until| *until == shown["pieces"][0]["warranty_until"])
    );
    let looked = ["product-order", "reveal", "1", "--reason", "asked by the customer"];
    assert_eq!(program.json(&looked), json!([{ "piece": 3, "content": "four" }]));
    assert_eq!(program.run(&looked).stdout, "3: four\n");
    let result = client.call(&[("action", "result_product"), ("order", "1")]);
    assert_eq!(result, json!({ "result": ["four"] }));
    program.json(&["product-order", "take-back", "1", "--pieces", "1"]);
    let status = client.call(&[("action", "product_order_status"), ("order", "1")]);
    assert_eq!(status, json!({ "charge": 0, "status": "Canceled", "note": "Canceled" }));
    assert!(server.terminate().success());
    assert_eq!(program.json(&["verify"])["clean"], true);
}
