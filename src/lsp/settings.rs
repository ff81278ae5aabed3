//! What the client's settings say. `overlint.toml` is the place for most of it: there, the command line sees it, too.

use crate::config::Config;
use serde::Deserialize;
use serde_json::Value;

/// Settings of the client, as in `{"overlint": {"asOf": "2026-01-01"}}`; the outer object may be missing.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Settings {
    /// The day whose rules apply.
    #[serde(rename = "asOf")]
    as_of: Option<String>,
}

impl Settings {
    /// Reads them. What has another form says nothing.
    pub fn read(settings: &Value) -> Self {
        let own = settings.get("overlint").unwrap_or(settings);
        Self::deserialize(own).unwrap_or_default()
    }

    /// What a check is asked to do.
    ///
    /// # Errors
    /// What is wrong with the settings.
    pub fn config(&self) -> Result<Config, String> {
        let mut config = Config { insights: true, ..Config::default() };
        if let Some(day) = self.as_of.as_deref().filter(|day| !day.is_empty()) {
            let day = day.parse().map_err(|e| format!("the setting asOf is no day: {e}"))?;
            config.as_of = Some(day);
        }
        Ok(config)
    }
}
