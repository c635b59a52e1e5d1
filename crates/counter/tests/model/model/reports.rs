//! What whoever delivers an order says about it.

use super::{Model, Plan, Status, up};

impl Model {
    /// A report on an order; false when it must be refused.
    pub(crate) fn report(&mut self, index: usize, report: crate::ops::Reported) -> bool {
        use crate::ops::Reported as R;
        let order = self.orders[index].clone();
        if order.plan != Plan::None {
            if matches!(report, R::Canceled) && !order.status.ended() {
                self.stop(index);
                return true;
            }
            return false;
        }
        if order.waits && !matches!(report, R::Canceled) {
            return false;
        }
        let delivered_part = |remains: i64| {
            up(order.charge * i128::from(order.quantity - remains), i128::from(order.quantity))
        };
        let open = !order.status.ended();
        match report {
            R::Accepted if order.status == Status::Pending => {
                self.orders[index].status = Status::Processing;
            }
            R::Progress(remains) if open && remains <= order.quantity => {
                self.orders[index].status = Status::InProgress;
                self.orders[index].remains = remains;
            }
            R::Completed(remains) if open && remains <= 0 => {
                self.earn(index, order.charge);
                self.orders[index].remains = remains;
                self.end(index, Status::Completed);
                self.part_ended(index);
            }
            R::Partial(remains) if remains > 0 && remains < order.quantity => {
                let earned = delivered_part(remains);
                if open {
                    self.earn(index, earned);
                    self.end(index, Status::Partial);
                    self.orders[index].remains = remains;
                    self.part_ended(index);
                } else if order.status != Status::Canceled && remains > order.remains {
                    self.correct(index, earned, Status::Partial);
                    self.orders[index].remains = remains;
                    self.part_ended(index);
                } else {
                    return false;
                }
            }
            R::Canceled if open => self.cancel_order(index),
            R::Canceled if order.status != Status::Canceled => {
                self.correct(index, 0, Status::Canceled);
                self.orders[index].remains = order.quantity;
                self.part_ended(index);
            }
            _ => return false,
        }
        true
    }

    fn correct(&mut self, order: usize, earned: i128, status: Status) {
        let back = self.orders[order].earned - earned;
        let account = self.orders[order].account;
        self.accounts[account].available += back;
        self.orders[order].earned = earned;
        self.orders[order].status = status;
        if let Some((asked, _)) = self.orders[order].refill {
            self.orders[order].refill = Some((asked, false));
        }
    }
}
