//! What the demo tells: on the screen for people, in `demo.json` for scripts.

use super::supplier;
use crate::config::Config;
use crate::failure::Failure;
use serde::{Deserialize, Serialize};
use std::path::Path;
use store::Store;

/// The file in the data folder.
pub(super) const FILE: &str = "demo.json";

/// Everything that a person or a script needs to use the demo.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Note {
    /// Address of the panel API.
    pub(super) url: String,
    /// API key of the demo account.
    pub(super) key: String,
    /// Id of the demo account.
    pub(super) account: i64,
    /// What the account was funded with.
    pub(super) funded: String,
    pub(super) currency: String,
    /// The database, for the other commands. One on PostgreSQL without user and password: they need
    /// the URL that the demo was given.
    pub(super) database: String,
    /// The file that keys are hashed with, for the other commands.
    pub(super) key_secret_file: String,
    /// The file that stock is sealed with, for the other commands.
    pub(super) stock_key_file: String,
    /// Services in the catalogue.
    pub(super) services: usize,
    /// A plain service to order from: link and quantity.
    pub(super) service: i64,
    /// Products in the catalogue.
    pub(super) products: usize,
    /// A product that is in stock.
    pub(super) product: i64,
    /// Orders that were placed at the start.
    pub(super) orders: Vec<i64>,
    /// Who fulfils: nobody real.
    pub(super) supplier: String,
    /// The supplier's id among the shop's providers.
    pub(super) provider: i64,
    /// Address of the supplier's own panel API.
    pub(super) supplier_url: String,
    /// Where the supplier is looked at and steered from.
    pub(super) supplier_control: String,
    /// The id of the supplier's first order.
    #[serde(default = "supplier::first_order")]
    pub(super) supplier_first_order: u64,
}

/// There is a shop, and nothing says how to open it: it may hold orders, so nothing is put in its place.
pub(super) fn lost(folder: &Path, database: &Path) -> Failure {
    Failure::Other(format!(
        "{0} holds a shop, and {FILE}, which opens it, is gone from folder {1}: put {FILE} back. Or go on with \
         the shop without the demo, by `tradecounter serve --database 'sqlite:{0}'`, and name another folder \
         with --data; to begin anew, delete the folder",
        database.display(),
        folder.display()
    ))
}

impl Note {
    /// The same note, with where everything is now.
    pub(super) fn on_database(self, config: &Config) -> Result<Self, Failure> {
        Ok(Self {
            database: Store::shown(&config.database_url)?,
            key_secret_file: config.key_secret_path().display().to_string(),
            stock_key_file: config.stock_key_path().display().to_string(),
            ..self
        })
    }

    /// What an earlier run wrote.
    pub(super) fn read(folder: &Path) -> Result<Option<Self>, Failure> {
        let path = folder.join(FILE);
        match std::fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|error| {
                Failure::Other(format!("{}: {error}; delete the folder", path.display()))
            }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Failure::io(path.display().to_string())(error)),
        }
    }

    /// Writes the file: whole or not at all, readable by its owner only.
    pub(super) fn write(&self, folder: &Path) -> Result<(), Failure> {
        use std::io::Write;
        let (path, draft) = (folder.join(FILE), folder.join("demo.json.new"));
        let fail = || Failure::io(draft.display().to_string());
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&draft).map_err(fail())?;
        let text = format!("{:#}\n", self.json());
        file.write_all(text.as_bytes()).map_err(fail())?;
        std::fs::rename(&draft, &path).map_err(fail())
    }

    /// The note as JSON.
    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::json!(self)
    }

    /// The note for a person.
    pub(super) fn told(&self, folder: &Path) -> String {
        let Self { url, key, funded, currency, services, service, orders, .. } = self;
        let (products, control) = (self.products, &self.supplier_control);
        // The one of the first orders whose answer is lost.
        let lost = orders.get(super::seed::LOST_ORDER).map_or(0, |order| *order);
        let page = url.trim_end_matches("/api/v2");
        let watched = orders.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
        let elsewhere = self.elsewhere();
        let in_file = elsewhere.is_empty().then(|| format!(" --database '{}'", self.database));
        let database = in_file.unwrap_or_default();
        format!(
            "Tradecounter demo\n\
             \n\
             \x20 API   {url}\n\
             \x20 key   {key}\n\
             \x20 page  {page}/\n\
             \n\
             {services} services and {products} products, {funded} {currency} on the account. \
             Most orders are placed at a\n\
             simulated supplier, a panel of its own, and end within a minute, some as Partial or \
             Canceled. Others wait\n\
             for people of the shop: for you. Nothing real is delivered.\n\
             \n\
             A link with outcome=partial:250 or outcome=canceled in it ends like that. Of one with \
             lost-answer in it, the\n\
             supplier takes the order and its answer is lost, as that of order {lost}.\n\
             \n\
             Paste:\n\
             \n\
             curl -s {url} -d key={key} -d action=balance\n\
             curl -s {url} -d key={key} -d action=add -d service={service} -d quantity=1000 -d \
             link=https://example.com/interview.mp3\n\
             curl -s {url} -d key={key} -d action=status -d orders={watched}\n\
             tradecounter{database} order show {lost}\n\
             curl -s {control} -d '{{\"mode\":\"down\"}}'   # the supplier is gone, until its mode is \
             up\n\
             \n\
             {elsewhere}\
             The same for scripts: {}\n\
             End with Ctrl-C.\n",
            folder.join(FILE).display()
        )
    }

    /// What the other commands need for a database that is no file.
    fn elsewhere(&self) -> String {
        if !self.database.starts_with("postgres") {
            return String::new();
        }
        let Self { database, key_secret_file, stock_key_file, .. } = self;
        format!(
            "Everything is in {database}. Other commands work on it with\n\
             TRADECOUNTER_DATABASE_URL set to the URL that this demo was started with: it is kept \
             nowhere, because it may hold a password;\n\
             TRADECOUNTER_KEY_SECRET_FILE={key_secret_file}\n\
             TRADECOUNTER_STOCK_KEY_FILE={stock_key_file}\n\
             \n"
        )
    }
}
