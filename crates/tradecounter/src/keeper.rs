//! Keeps a node's place beside others: says that it is there, holds leases, and notices who is missing.

use counter::Counter;
use counter::nodes::{Held, Job, Lease, Node, Role};
use counter::stock::ServedRing;
use std::time::Duration;
use tokio::sync::watch;

/// How often it looks whether something is to be taken over, or has changed.
const TICK: Duration = Duration::from_millis(500);

/// Beats in a term: two may fail.
const BEATS_PER_TERM: i64 = 3;

/// A job, and who is to hear whether its lease is held here.
#[derive(Debug)]
struct Post {
    job: Job,
    lease: watch::Sender<Option<Lease>>,
}

/// Keeps a node's place.
#[derive(Debug)]
pub(crate) struct Keeper {
    counter: Counter,
    node: Node,
    role: Role,
    ring: ServedRing,
    posts: Vec<Post>,
    ticks_per_beat: i64,
    /// Ticks in a row in which nobody did the work that only workers do; nothing once it was told.
    missing: Option<i64>,
    failing: bool,
}

impl Keeper {
    /// Enters the node among the others: from here on, nothing is sealed with a key that it does not
    /// know.
    pub(crate) async fn enter(
        counter: Counter,
        role: Role,
        term_seconds: i64,
    ) -> Result<Self, store::StoreError> {
        let id: String =
            crate::randomness::bytes::<8>().iter().map(|byte| format!("{byte:02x}")).collect();
        let term_us = term_seconds.saturating_mul(1_000_000);
        let tick_us = i64::try_from(TICK.as_micros()).unwrap_or(i64::MAX);
        let beat_us = term_us.checked_div(BEATS_PER_TERM).unwrap_or(term_us);
        let ticks_per_beat = beat_us.checked_div(tick_us).unwrap_or(1).max(1);
        let node = Node::new(&id, role, term_us);
        let mut ring = ServedRing::default();
        counter.serve_ring(&mut ring).await?;
        counter.beat(&node, &[], &[]).await?;
        tracing::info!(node = id, role = role.name(), "this node has joined");
        let (posts, missing, failing) = (Vec::new(), Some(0), false);
        Ok(Self { counter, node, role, ring, posts, ticks_per_beat, missing, failing })
    }

    /// What the node is there for.
    pub(crate) const fn role(&self) -> Role {
        self.role
    }

    /// Where to hear whether the lease of a job is held here. It is tried for from now on.
    pub(crate) fn watch(&mut self, job: Job) -> watch::Receiver<Option<Lease>> {
        let (lease, receiver) = watch::channel(None);
        self.posts.push(Post { job, lease });
        receiver
    }

    /// Keeps the place until `ended`, then leaves it to others.
    pub(crate) async fn run(mut self, mut ended: watch::Receiver<bool>) {
        let mut since_beat = self.ticks_per_beat;
        while !*ended.borrow_and_update() {
            let changed = self.look().await;
            if changed || since_beat >= self.ticks_per_beat {
                since_beat = 0;
                self.beat().await;
            }
            since_beat = since_beat.saturating_add(1);
            // Whichever comes first; a closed channel means the end as well.
            drop(tokio::time::timeout(TICK, ended.changed()).await);
        }
        if let Err(error) = self.counter.leave(&self.node, &self.held()).await {
            tracing::error!(
                %error,
                "the leases are not given back; other nodes take over when their time is over"
            );
        }
    }

    fn held(&self) -> Vec<Lease> {
        self.posts.iter().filter_map(|post| post.lease.borrow().clone()).collect()
    }

    /// Whether there is something to say or to take before the next beat is due.
    async fn look(&mut self) -> bool {
        let changed = match self.counter.serve_ring(&mut self.ring).await {
            Ok(changed) => changed,
            Err(error) => {
                tracing::error!(%error, "changed stock keys are not made known");
                false
            }
        };
        if changed {
            let newest = self.counter.vault().newest();
            tracing::info!(newest, "the stock keys have changed; the newest seals from now on");
        }
        let wanted: Vec<Job> = self.posts.iter().map(|post| post.job).collect();
        let jobs = if self.role.works() { wanted } else { Job::USUAL.to_vec() };
        let Ok(holders) = self.counter.lease_holders(&jobs).await else {
            // The beat says what is wrong.
            return changed;
        };
        let idle: Vec<&str> =
            holders.iter().filter(|held| held.node.is_none()).map(|held| &*held.name).collect();
        if !self.role.works() {
            self.notice_missing(&idle);
            return changed;
        }
        changed || !idle.is_empty() || self.held().iter().any(Lease::is_lost)
    }

    /// Tells once that nobody does the work of the leases, and once that it is done again. For a whole
    /// term nobody must have done it: workers may be about to start, or to take over.
    fn notice_missing(&mut self, idle: &[&str]) {
        let Some(ticks) = self.missing else {
            if idle.is_empty() {
                tracing::info!("the work in the background is done again");
                self.missing = Some(0);
            }
            return;
        };
        let ticks = if idle.is_empty() { 0 } else { ticks.saturating_add(1) };
        self.missing = Some(ticks);
        if ticks > self.ticks_per_beat.saturating_mul(BEATS_PER_TERM) {
            self.missing = None;
            tracing::warn!(
                leases = idle.join(", "),
                "no node does the work in the background: runs of drip-feeds do not start, stock that \
                 comes in is not given to orders that wait for it, events are not sealed. Start a \
                 node with --role worker or --role all on this database"
            );
        }
    }

    async fn beat(&mut self) {
        let wanted: Vec<Job> = self.posts.iter().map(|post| post.job).collect();
        match self.counter.beat(&self.node, &self.held(), &wanted).await {
            Ok(held) => {
                self.failing = false;
                self.posts.iter().zip(held).for_each(|(post, held)| post.tell(held));
            }
            Err(error) => {
                if !std::mem::replace(&mut self.failing, true) {
                    tracing::error!(
                        %error,
                        "leases are not renewed; other nodes take over when their time is over"
                    );
                }
            }
        }
    }
}

impl Post {
    /// Tells who does the job what became of its lease, and the operator when that is new.
    fn tell(&self, held: Held) {
        let before = self.lease.borrow().as_ref().map(Lease::fence);
        let was_lost = self.lease.borrow().as_ref().is_some_and(Lease::is_lost);
        let (now, lease) = match held {
            Held::Here(lease) => (Some(lease.fence()), Some(lease)),
            Held::Elsewhere => (None, None),
        };
        if before == now && !was_lost {
            return;
        }
        let job = self.job.name();
        if before.is_some() {
            tracing::warn!(job, "another node had taken over while this one was not heard of");
        }
        if let Some(fence) = now {
            tracing::info!(job, fence, "this node does the job from now on");
        }
        self.lease.send_replace(lease);
    }
}
