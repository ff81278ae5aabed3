//! A drawing of how times grow.

use super::Growth;
use std::fmt::Write as _;

const WIDTH: f64 = 320.0;
const HEIGHT: f64 = 220.0;
const MARGIN: f64 = 48.0;

/// One picture for each thing, side by side: time over size, from zero, with the line that the largest size would have if the time grew in
/// proportion.
pub fn svg(all: &[Growth]) -> String {
    let width = (WIDTH + MARGIN) * all.len() as f64 + MARGIN;
    let height = HEIGHT + 2.0 * MARGIN;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" \
         height=\"100%\" fill=\"white\"/>\n"
    );
    for (number, (what, points)) in all.iter().enumerate() {
        let left = MARGIN + (WIDTH + MARGIN) * number as f64;
        let Some((most, longest)) = points.last().copied() else { continue };
        let top = points.iter().map(|(_, ms)| *ms).fold(longest, f64::max);
        let at = |size: usize, ms: f64| (left + WIDTH * size as f64 / most as f64, MARGIN + HEIGHT * (1.0 - ms / top));
        let path: Vec<String> = points.iter().map(|(size, ms)| at(*size, *ms)).map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        let (zero, end) = (at(0, 0.0), at(most, longest));
        let _ = write!(
            svg,
            "<path d=\"M{x0:.1},{MARGIN} V{y0:.1} H{x1:.1}\" fill=\"none\" stroke=\"#888\"/>\n<path d=\"M{x0:.1},{y0:.1} L{x1:.1},{y1:.1}\" \
             stroke=\"#bbb\" stroke-dasharray=\"4\"/>\n<polyline points=\"{}\" fill=\"none\" stroke=\"#06c\" stroke-width=\"2\"/>\n",
            path.join(" "),
            x0 = zero.0,
            y0 = zero.1,
            x1 = end.0,
            y1 = end.1,
        );
        for (size, ms) in points {
            let (x, y) = at(*size, *ms);
            let _ = writeln!(
                svg,
                "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"#06c\"/><text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{ms:.0} ms</text>\
                 <text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{size}</text>",
                x - 6.0,
                y - 6.0,
                zero.1 + 16.0,
            );
        }
        let _ = writeln!(
            svg,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\" font-weight=\"bold\">{what}</text>",
            left + WIDTH / 2.0,
            zero.1 + 34.0
        );
    }
    svg.push_str("</svg>\n");
    svg
}
