//! Money put in and taken out by an operator, and why a balance is what it is.

use crate::desk::{Cause, Desk};
use crate::{Counter, Failure, Refusal};
use domain::ledger::{Posting, TransferKind, Wallet};
use domain::limits::REASON_BYTES_MAX;
use domain::{AccountId, Micros, Timestamp};
use store::tables::accounts;
use store::tables::transfers::{self, Transfer};
use store::{StoreError, Tx};

/// Money that an operator puts in or takes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adjustment {
    /// Whose.
    pub account: AccountId,
    /// How much; above zero.
    pub amount: Micros,
    /// Why: it stands in the statement for ever.
    pub reason: String,
}

impl Counter {
    /// Puts money into an account.
    ///
    /// # Errors
    /// [`Refusal`] when there is no such account, or amount or reason are unusable.
    pub async fn credit(
        &self,
        adjustment: Adjustment,
        actor: &str,
        now: Timestamp,
    ) -> Result<Wallet, Failure<Refusal>> {
        self.adjust(TransferKind::Credit, adjustment, actor, now).await
    }

    /// Takes money out of an account.
    ///
    /// # Errors
    /// [`Refusal`] when there is no such account, too little money, or amount or reason are
    /// unusable.
    pub async fn debit(
        &self,
        adjustment: Adjustment,
        actor: &str,
        now: Timestamp,
    ) -> Result<Wallet, Failure<Refusal>> {
        self.adjust(TransferKind::Debit, adjustment, actor, now).await
    }

    async fn adjust(
        &self,
        kind: TransferKind,
        adjustment: Adjustment,
        actor: &str,
        now: Timestamp,
    ) -> Result<Wallet, Failure<Refusal>> {
        let actor = actor.to_owned();
        let unit = move |tx: &mut dyn Tx| {
            let Adjustment { account, amount, reason } = &adjustment;
            let posting = Posting::of(kind, *amount)
                .ok_or_else(|| Refusal::Invalid(String::from("amount: must be above zero")))?;
            check_reason(reason)?;
            let mut desk = Desk::new(tx, now);
            desk.lock(vec![*account])?;
            if desk.account(*account).is_none() {
                return Err(Refusal::missing("account", account).into());
            }
            let cause = Cause { actor: Some(&actor), reason: Some(reason), ..Cause::default() };
            desk.post(*account, &posting, cause)?.map_err(Refusal::Money)?;
            let wallet = desk.account(*account).map(|account| account.wallet);
            let data = serde_json::json!({
                "amount": amount.raw(), "actor": actor, "reason": reason,
            });
            let event = format!("money.{}", kind.name());
            desk.journal.note(*account, None, &event, data.to_string(), now);
            desk.finish()?;
            wallet.ok_or_else(|| Refusal::missing("account", account).into())
        };
        Failure::join(self.store.write(unit).await)
    }

    /// The account's money; nothing when there is no such account.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn wallet(&self, account: AccountId) -> Result<Option<Wallet>, StoreError> {
        let read = self.store.read(|tx| accounts::by_id(tx, account));
        Ok(read.await??.map(|account| account.wallet))
    }

    /// The account's last `limit` transfers below number `before`, newest first: why its balance
    /// is what it is.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn statement(
        &self,
        account: AccountId,
        before: i64,
        limit: i64,
    ) -> Result<Vec<Transfer>, StoreError> {
        Ok(self.store.read(|tx| transfers::before(tx, account, before, limit)).await??)
    }
}

/// A reason stands in the books or the log for ever: not empty, not too long, plain text.
pub(crate) fn check_reason(reason: &str) -> Result<(), Refusal> {
    check_text("reason", reason)
}

/// The same for what people write elsewhere; `name` is what they write it into.
pub(crate) fn check_text(name: &str, text: &str) -> Result<(), Refusal> {
    let fits = !text.trim().is_empty() && text.len() <= REASON_BYTES_MAX;
    if fits && !text.chars().any(char::is_control) {
        return Ok(());
    }
    let text = format!("{name}: give 1 to {REASON_BYTES_MAX} bytes without control characters");
    Err(Refusal::Invalid(text))
}
