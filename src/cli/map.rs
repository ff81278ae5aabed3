//! `overlint map`.

use super::Exit;
use super::input::InputArgs;
use super::output::{self, Color};
use crate::config::Config;
use crate::map::{self, Format};
use crate::report::Style;
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

#[derive(Args)]
pub(super) struct MapArgs {
    #[command(flatten)]
    input: InputArgs,
    /// How to draw it
    #[arg(long, default_value = "text", value_parser = PossibleValuesParser::new(Format::ALL.map(Format::name)).try_map(|name| Format::named(&name).ok_or("no such format")))]
    format: Format,
    /// When to use colors
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    color: Color,
}

/// Draws the maps of all clusters.
pub(super) fn run(args: &MapArgs) -> Exit {
    let drawn = args.input.work(false, |progress| {
        let sources = args.input.discover(progress);
        let config = Config { maps: true, no_repairs: true, ..args.input.config(progress) };
        let report = crate::check(&sources, &config);
        (sources, report)
    });
    let Some((sources, report)) = drawn else { return Exit::Failed };
    let style = Style { width: output::width(), color: args.color.on(), ..Style::default() };
    let printed = output::stdout(|out| map::render(args.format, &report, &sources, &style, out));
    if report.unreadable.is_empty() { printed } else { Exit::Failed }
}
