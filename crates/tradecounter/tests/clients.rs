//! Real client libraries from the field's package registry, against the started program: every
//! call of each is usable.

use testkit::{Program, Python, until};

const BINARY: &str = env!("CARGO_BIN_EXE_tradecounter");

const SAFESMM: &str = r#"
import sys
from safesmm import SafeSMM, SafeSMMError

url, key, service, order, cancelable = sys.argv[1:6]
client = SafeSMM(key, api_url=url)
balance = client.balance()
assert float(balance["balance"]) > 0 and balance["currency"] == "USD", balance
services = client.services()
mine = [s for s in services if s["service"] == int(service)]
assert len(mine) == 1 and float(mine[0]["rate"]) > 0 and int(mine[0]["min"]) > 0, mine
placed = client.add_order(service, "https://example.com/safesmm.mp3", 1000)
assert isinstance(placed["order"], int), placed
drip = client.add_order(service, "https://example.com/drip.mp3", 200, runs=3, interval=10)
assert drip["order"] > placed["order"], drip
comments = [s for s in services if s["type"] == "Custom Comments"][0]
noted = client.add_order(comments["service"], "https://example.com/c", comments="one, still one\ntwo")
status = client.status(noted["order"])
assert status["remains"] == "2" and int(status["start_count"]) >= 0, status
assert status["status"] in ("Pending", "Processing", "In progress"), status
both = client.multi_status([placed["order"], 999999])
assert both[str(placed["order"])]["currency"] == "USD", both
assert both["999999"] == {"error": "Incorrect order ID"}, both
refill = client.refill(order)
assert int(refill["refill"]) > 0, refill
canceled = client.cancel([cancelable, 999999])
assert canceled == [
    {"order": int(cancelable), "cancel": 1},
    {"order": 999999, "cancel": {"error": "Incorrect order ID"}},
], canceled
for call, text in [
    (lambda: client.add_order(999999, "https://example.com/", 1000), "Incorrect service ID"),
    (lambda: client.add_order(service, "https://example.com/", 1), "Quantity less than minimal 100"),
    (lambda: client.status(999999), "Incorrect order ID"),
    (lambda: SafeSMM("wrong", api_url=url).balance(), "Invalid API key"),
]:
    try:
        call()
    except SafeSMMError as error:
        assert str(error) == text, error
    else:
        raise AssertionError(text)
print("done")
"#;

const SMMPY: &str = r#"
import sys
from smmpy import smm

url, key, service, order, cancelable = sys.argv[1:6]
client = smm(url, key)
assert float(client.get_balance()["balance"]) > 0
services = client.get_services()
assert any(s["service"] == int(service) for s in services)
placed = client.add_order(int(service), "https://example.com/smmpy.mp3", 1000)["order"]
drip = client.add_order(int(service), "https://example.com/d.mp3", 100, runs=2, interval=30)["order"]
assert client.get_status(placed)["currency"] == "USD"
assert set(client.get_multi_status([placed, drip])) == {str(placed), str(drip)}
refill = client.create_refill(order)["refill"]
again = client.create_multi_refill([order, 999999])
assert again[0]["order"] == int(order) and "error" in again[0]["refill"], again
assert again[1] == {"order": 999999, "refill": {"error": "Incorrect order ID"}}, again
assert client.get_refill_status(refill)["status"] in ("Pending", "In progress", "Completed")
several = client.get_multi_refill_status([refill, 999999])
assert several[0]["refill"] == int(refill), several
assert several[1] == {"refill": 999999, "status": {"error": "Incorrect refill ID"}}, several
assert client.cancel_orders([cancelable]) == [{"order": int(cancelable), "cancel": 1}]
try:
    client.create_refill(placed)
except Exception as error:
    assert str(error) == "The order is not completed", error
else:
    raise AssertionError("a refill of an open order")
print("done")
"#;

#[test]
fn every_call_of_the_python_clients_is_usable() {
    let python = Python::from_test_command();
    for script in [SAFESMM, SMMPY] {
        let program = Program::new(BINARY);
        let demo = program.start(&["demo", "--data", "d", "--listen", "127.0.0.1:0"]);
        let client = demo.client();
        let service = demo.told["service"].to_string();
        let completed = until("a completed order", || {
            let ids = demo.told["orders"].as_array().unwrap();
            ids.iter().map(ToString::to_string).find(|id| {
                let status = client.call(&[("action", "status"), ("order", id)]);
                status["status"] == "Completed"
            })
        });
        let link = "https://example.com/to-cancel";
        let fields =
            [("action", "add"), ("service", &service), ("quantity", "500"), ("link", link)];
        let cancelable = client.call(&fields)["order"].to_string();
        let key = demo.told["key"].as_str().unwrap();
        let told = python.run(script, &[&demo.url, key, &service, &completed, &cancelable]);
        assert_eq!(told, "done\n");
        let database = demo.told["database"].as_str().unwrap().to_owned();
        assert!(demo.terminate().success());
        let verified = program.json(&["verify", "--database", &database]);
        assert_eq!(verified["clean"], true, "{verified}");
    }
}
