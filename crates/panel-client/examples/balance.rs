//! Asks a panel for the balance and for what it sells: `balance URL FILE`, where the file holds the API
//! key.
#![expect(clippy::print_stdout, reason = "a command line talks to people")]

use std::error::Error;

use panel_api::client::{
    BalanceAnswer, Call, ServicesAnswer, excerpt, read_balance, read_services,
};
use panel_client::{Authorities, Client, Endpoint, Limits, Policy};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, file] = arguments.as_slice() else { return Err("usage: balance URL FILE".into()) };
    let key = std::fs::read_to_string(file)?;
    let key = key.trim();
    let policy = Policy::default();
    let client = Client::new(policy, &Authorities::System)?;
    let endpoint = Endpoint::parse(url, &policy)?;

    let answer = client.ask(&endpoint, Call::Balance.form(key)?, &Limits::ASK).await?;
    match read_balance(&answer.body) {
        BalanceAnswer::Balance { amount, currency } => {
            println!("{} millionths of {}", amount.micros(), currency.unwrap_or_default());
        }
        BalanceAnswer::Refused(text) => println!("refused: {text}"),
        BalanceAnswer::Unclear(why) => {
            println!("HTTP {}, {why}: {}", answer.status, excerpt(&answer.body, key));
        }
    }

    let answer = client.ask(&endpoint, Call::Services.form(key)?, &Limits::LIST).await?;
    match read_services(&answer.body) {
        ServicesAnswer::List { services, problems } => {
            println!("{} services, {} that cannot be read", services.len(), problems.len());
        }
        ServicesAnswer::Empty => println!("no services"),
        ServicesAnswer::Refused(text) => println!("refused: {text}"),
        ServicesAnswer::Unclear(why) => println!("HTTP {}, {why}", answer.status),
    }
    Ok(())
}
