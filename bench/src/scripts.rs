//! The loads, as scripts of the load generator.

use crate::Failed;
use crate::seed::{ACCOUNTS, Seeded};
use std::path::{Path, PathBuf};

/// Orders that shops poll: those that are not long ago.
const NEWEST: i64 = 100_000;

/// What is asked of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Orders with distinct links, in turn for each account.
    Add,
    /// The same, each with a request id.
    AddWithId,
    /// The same on one account.
    AddOneAccount,
    /// Orders for one product, in turn for each account.
    AddProduct,
    /// The status of one of the newest orders.
    Status,
    /// The status of 100 of an account's newest orders.
    StatusOf100,
    /// The status of one order, anywhere in the table.
    StatusAnywhere,
    /// The status of 100 orders of an account, anywhere in the table.
    StatusOf100Anywhere,
    /// The list of services, compressed.
    Services,
    /// The list of services, which the client has already.
    ServicesKnown,
}

/// What a load leaves in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Placed {
    /// Orders for services.
    Orders,
    /// Orders for products.
    ProductOrders,
}

impl Placed {
    /// The kind of their ids.
    pub(crate) const fn ids(self) -> &'static str {
        match self {
            Self::Orders => "order",
            Self::ProductOrders => "product_order",
        }
    }

    /// The table that they are in.
    pub(crate) const fn table(self) -> &'static str {
        match self {
            Self::Orders => "orders",
            Self::ProductOrders => "product_order",
        }
    }
}

impl Kind {
    /// All of them.
    pub(crate) const ALL: [Self; 10] = [
        Self::Add,
        Self::AddWithId,
        Self::AddOneAccount,
        Self::AddProduct,
        Self::Status,
        Self::StatusOf100,
        Self::StatusAnywhere,
        Self::StatusOf100Anywhere,
        Self::Services,
        Self::ServicesKnown,
    ];

    /// Its name in the table.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::AddWithId => "add with request id",
            Self::AddOneAccount => "add, one account",
            Self::AddProduct => "add_product_order",
            Self::Status => "status",
            Self::StatusOf100 => "status of 100",
            Self::StatusAnywhere => "status, anywhere",
            Self::StatusOf100Anywhere => "status of 100, anywhere",
            Self::Services => "services, gzip",
            Self::ServicesKnown => "services, 304",
        }
    }

    /// What its answers are compared with in the database.
    pub(crate) const fn places(self) -> Option<Placed> {
        match self {
            Self::Add | Self::AddWithId | Self::AddOneAccount => Some(Placed::Orders),
            Self::AddProduct => Some(Placed::ProductOrders),
            _ => None,
        }
    }

    /// A form by itself, and what the answer to it contains: lest a refusal is measured.
    pub(crate) fn example(self, seeded: &Seeded) -> (String, &'static str) {
        let key = seeded.keys.first().map_or("", String::as_str);
        let (rest, answer) = match self {
            Self::Add | Self::AddWithId | Self::AddOneAccount => (
                format!(
                    "action=add&service=1&quantity=1000&link=https://example.com/{}",
                    self.name().replace([' ', ','], "-")
                ),
                "{\"order\":",
            ),
            Self::AddProduct => {
                (String::from("action=add_product_order&product=1&quantity=1"), "{\"order\":")
            }
            Self::Status | Self::StatusAnywhere => {
                (String::from("action=status&order=1"), "{\"charge\":\"2.5\"")
            }
            Self::StatusOf100 | Self::StatusOf100Anywhere => (
                format!("action=status&orders=1,{}", ACCOUNTS.saturating_add(1)),
                "{\"1\":{\"charge\":\"2.5\"",
            ),
            Self::Services | Self::ServicesKnown => {
                (String::from("action=services"), "[{\"service\":1,")
            }
        };
        (format!("key={key}&{rest}"), answer)
    }

    /// The script, with the time in it: no link or request id may come twice.
    fn text(self, seeded: &Seeded) -> String {
        let keys = match self {
            Self::AddOneAccount | Self::Services | Self::ServicesKnown => {
                seeded.keys.get(..1).unwrap_or_default()
            }
            _ => &seeded.keys,
        };
        let listed: Vec<String> = keys.iter().map(|key| format!("\"{key}\"")).collect();
        let head = format!(
            "keys = {{{}}}\nrun = os.time()\norders = {}\nnewest = {}\naccounts = {ACCOUNTS}\n{COMMON}",
            listed.join(","),
            seeded.orders,
            match self {
                Self::Status | Self::StatusOf100 => seeded.orders.min(NEWEST),
                _ => seeded.orders,
            }
        );
        let request = match self {
            Self::Add | Self::AddOneAccount => ADD,
            Self::AddWithId => ADD_WITH_ID,
            Self::AddProduct => ADD_PRODUCT,
            Self::Status | Self::StatusAnywhere => STATUS,
            Self::StatusOf100 | Self::StatusOf100Anywhere => STATUS_OF_100,
            Self::Services | Self::ServicesKnown => SERVICES,
        };
        format!("{head}{request}")
    }

    /// Writes the script into `folder`.
    pub(crate) fn write(self, folder: &Path, seeded: &Seeded) -> Result<PathBuf, Failed> {
        let name = self.name().replace([' ', ','], "-");
        let path = folder.join(format!("{name}.lua"));
        std::fs::write(&path, self.text(seeded))?;
        Ok(path)
    }
}

const COMMON: &str = r#"
local prepared
local threads = 0
function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end
local headers = { ["Content-Type"] = "application/x-www-form-urlencoded" }
local sent = 0
local function post(body) return wrk.format("POST", "/api/v2", headers, body) end

-- One request for each key, whole but for `width` digits at its end: to put requests together takes
-- the time of the processors that are measured.
local function prepare(rest, width)
  local prepared = {}
  for i, key in ipairs(keys) do
    local whole = post("key=" .. key .. rest .. string.rep("0", width))
    prepared[i] = whole:sub(1, #whole - width)
  end
  return prepared
end
local function next_prepared()
  sent = sent + 1
  return prepared[(sent * 7 + number) % #keys + 1]
end
"#;

const ADD: &str = r#"
function init(args)
  prepared = prepare("&action=add&service=1&quantity=1000&link=https://example.com/"
    .. run .. "/" .. number .. "/", 10)
end
function request() return next_prepared() .. (1000000000 + sent) end
"#;

const ADD_WITH_ID: &str = r#"
function init(args)
  local id = run .. "-" .. number .. "-"
  local link = "&link=https://example.com/" .. id
  local rest = "&action=add&service=1&quantity=1000&request_id=" .. id
  -- The digits stand in the middle and at the end; both ends are kept.
  prepared = prepare(rest .. string.rep("0", 10) .. link, 10)
  for i, whole in ipairs(prepared) do
    prepared[i] = { whole:sub(1, #whole - #link - 10), link }
  end
end
function request()
  local parts = next_prepared()
  local digits = 1000000000 + sent
  return parts[1] .. digits .. parts[2] .. digits
end
"#;

const ADD_PRODUCT: &str = r#"
function init(args) prepared = prepare("&action=add_product_order&product=1&quantity=1", 0) end
function request() return next_prepared() end
"#;

const STATUS: &str = r#"
function init(args)
  prepared = {}
  math.randomseed(number + 1)
  for i = 1, 5000 do
    local order = orders - math.random(newest) + 1
    prepared[i] = post("key=" .. keys[(order - 1) % accounts + 1] .. "&action=status&order=" .. order)
  end
end
function request()
  sent = sent + 1
  return prepared[sent % 5000 + 1]
end
"#;

const STATUS_OF_100: &str = r#"
function init(args)
  prepared = {}
  math.randomseed(number + 1)
  for i = 1, 500 do
    local account = math.random(accounts)
    local ids = {}
    for n = 1, 100 do
      ids[n] = account + orders - accounts * math.random(math.floor(newest / accounts))
    end
    prepared[i] = post("key=" .. keys[account] .. "&action=status&orders=" .. table.concat(ids, ","))
  end
end
function request()
  sent = sent + 1
  return prepared[sent % 500 + 1]
end
"#;

const SERVICES: &str = r#"
wrk.method = "POST"
wrk.path = "/api/v2"
wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
wrk.body = "key=" .. keys[1] .. "&action=services"
"#;
