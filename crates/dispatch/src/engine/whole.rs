//! Requests for many wishes that are refused as a whole: which wish is the reason, if any is.
//!
//! They are asked again in halves, down to single ones. Where one part after the other is refused in the
//! same words, a few wishes are asked by themselves: when these are refused so too, the words are about
//! none of them.

use domain::providers::are_same_words;
use std::collections::VecDeque;

/// Our number of a wish, and what the provider is asked for.
pub(super) type Wish = (i64, String);

/// A request, its halves and theirs: when all of these are refused in the same words, samples are drawn.
const ALIKE: u32 = 7;

/// How many wishes are asked by themselves then.
const SAMPLES: usize = 3;

/// A request that was refused as a whole, in parts.
#[derive(Debug, Default)]
pub(super) struct Whole {
    /// What is asked next, each by itself: samples, then large ones first.
    parts: VecDeque<Vec<Wish>>,
    /// In which words it was refused at first.
    words: String,
    /// How often, of several wishes at once.
    times: u32,
    /// Whether anything else was said, so that the words are about single wishes.
    differ: bool,
    /// How many samples wait for their turn.
    samples: usize,
    /// How often samples were drawn, of this request and of those before: each time others.
    draws: usize,
    /// What was refused by itself in the same words, and in which exactly, until it is known whether they
    /// are about it.
    held: Vec<(Wish, String)>,
}

/// What is known of a wish that was refused.
pub(super) struct Settled {
    pub(super) wish: Wish,
    /// In which words it was refused.
    pub(super) words: String,
    /// Whether these are about it, and it is rejected; it is put off otherwise.
    pub(super) is_rejected: bool,
}

impl Whole {
    /// A request that is no part goes out.
    pub(super) fn begin(&mut self) {
        *self = Self { draws: self.draws, ..Self::default() };
    }

    /// What is asked next of it.
    pub(super) fn next(&mut self) -> Option<Vec<Wish>> {
        self.samples = self.samples.saturating_sub(1);
        self.parts.pop_front()
    }

    /// Whether no part waits for its turn.
    pub(super) fn is_over(&self) -> bool {
        self.parts.is_empty()
    }

    /// What is not settled, and not being asked.
    pub(super) fn open(&self) -> impl Iterator<Item = &Wish> {
        self.parts.iter().flatten().chain(self.held.iter().map(|(wish, _)| wish))
    }

    /// Forgets what is not settled. What was heard still counts for what is being asked.
    pub(super) fn forget(&mut self) {
        self.parts.clear();
        self.held.clear();
        self.samples = 0;
    }

    /// Something was said of single wishes.
    pub(super) const fn told_apart(&mut self) {
        self.differ = true;
    }

    /// The request, or a part of it, was refused as a whole in these words.
    pub(super) fn refused(&mut self, mut asked: Vec<Wish>, words: String) {
        if self.words.is_empty() {
            self.words.clone_from(&words);
        }
        self.differ |= !self.is_alike(&asked, &words);
        if asked.len() > 1 {
            let behind = asked.split_off(asked.len().div_ceil(2));
            self.parts.extend([asked, behind]);
            self.times = self.times.saturating_add(1);
            if self.are_alike() {
                self.draw();
            }
        } else {
            self.held.extend(asked.pop().map(|wish| (wish, words)));
        }
    }

    /// Whether these say what was said at first. A number may be another one each time, but one of the
    /// wishes is meant by its id.
    fn is_alike(&self, asked: &[Wish], words: &str) -> bool {
        let are_named = || asked.iter().any(|(_, id)| is_named(id, words));
        self.words == words || (are_same_words(&self.words, words) && !are_named())
    }

    /// Whether all were refused in the same words, and often enough to doubt that these are about a wish.
    const fn are_alike(&self) -> bool {
        self.times >= ALIKE && !self.differ
    }

    /// What is known after an answer.
    pub(super) fn settle(&mut self) -> Vec<Settled> {
        if self.are_alike() {
            // Where nothing was said of any sample, the halves go on, until others are drawn.
            if self.samples > 0 || self.held.is_empty() {
                return Vec::new();
            }
            let held = std::mem::take(&mut self.held).into_iter().map(|(wish, _)| wish);
            let put_off = held.chain(std::mem::take(&mut self.parts).into_iter().flatten());
            let of = |wish| Settled { wish, words: self.words.clone(), is_rejected: false };
            return put_off.map(of).collect();
        }
        // The words are about single wishes; and a few that have all been asked are believed.
        let is_known = self.differ || self.is_over();
        let rejected = if is_known { std::mem::take(&mut self.held) } else { Vec::new() };
        let of = |(wish, words)| Settled { wish, words, is_rejected: true };
        rejected.into_iter().map(of).collect()
    }

    /// Some wishes are asked by themselves before the others, from different parts. Each time it is other
    /// ones: where the first to be drawn are refused for good, it would never be known otherwise.
    fn draw(&mut self) {
        let open: Vec<i64> = self.parts.iter().flatten().map(|(id, _)| *id).collect();
        let place = |sample: usize| {
            let start = open.len().saturating_mul(sample).div_euclid(SAMPLES);
            start.saturating_add(self.draws).checked_rem(open.len())
        };
        let drawn: Vec<i64> =
            (0..SAMPLES).filter_map(|sample| open.get(place(sample)?).copied()).collect();
        let mut samples = Vec::new();
        for part in &mut self.parts {
            samples.extend(part.extract_if(.., |(id, _)| drawn.contains(id)));
        }
        self.parts.retain(|part| !part.is_empty());
        self.samples = samples.len();
        self.draws = self.draws.wrapping_add(1);
        for sample in samples.into_iter().rev() {
            self.parts.push_front(vec![sample]);
        }
    }
}

/// Whether the words name this id, which is more than that its digits are in them.
fn is_named(id: &str, words: &str) -> bool {
    let around: Vec<&str> = words.split(id).collect();
    let goes_on = |c: char| c.is_ascii_alphanumeric();
    !id.is_empty()
        && around.windows(2).any(|pair| match pair {
            [before, after] => !before.ends_with(goes_on) && !after.starts_with(goes_on),
            _ => false,
        })
}
