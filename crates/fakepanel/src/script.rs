//! A panel as a file describes it.

use std::path::Path;

use serde::Deserialize;

use crate::error::Error;
use crate::faults::Rule;
use crate::panel::Panel;
use crate::server::Command;
use crate::settings::Settings;

/// What a panel is like, and what happens to it when.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Script {
    /// What it is like.
    pub settings: Settings,
    /// What goes wrong from the beginning.
    pub faults: Vec<Rule>,
    /// What is changed while it runs.
    pub steps: Vec<Step>,
}

/// Something that is changed while a panel runs.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Since the step before it, or since the beginning, in microseconds.
    pub after_us: u64,
    /// What.
    #[serde(rename = "do")]
    pub command: Command,
}

impl Script {
    /// Reads a file of JSON.
    ///
    /// # Errors
    /// There is none, or it says something else.
    pub fn read(file: &Path) -> Result<Self, Error> {
        let what = file.display().to_string();
        let text = std::fs::read_to_string(file).map_err(Error::io(&what))?;
        serde_json::from_str(&text).map_err(|error| Error::Settings(format!("{what}: {error}")))
    }

    /// The panel that it describes, without its steps.
    ///
    /// # Errors
    /// Its settings contradict themselves, or a rule can never do anything.
    pub fn panel(&self, seed: u64) -> Result<Panel, Error> {
        let mut panel = Panel::new(self.settings.clone(), seed)?;
        panel.set_faults(self.faults.clone())?;
        Ok(panel)
    }
}
