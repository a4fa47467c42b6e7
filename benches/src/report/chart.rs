//! Lines over N, both axes logarithmic, as SVG.

use std::fmt::Write as _;

use super::palette::{Ink, style};
use super::text::{grouped, nanoseconds};

/// A line of a chart.
pub(super) struct Series {
    pub(super) label: String,
    pub(super) ink: Ink,
    pub(super) points: Vec<(f64, f64)>,
}

const WIDTH: f64 = 820.0;
const HEIGHT: f64 = 440.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 600.0;
const TOP: f64 = 66.0;
const BOTTOM: f64 = 396.0;
const LABEL_HEIGHT: f64 = 16.0;

/// A logarithmic axis.
struct Axis {
    from: f64,
    to: f64,
    start: f64,
    end: f64,
}

impl Axis {
    fn at(&self, value: f64) -> f64 {
        let share = (value / self.from).ln() / (self.to / self.from).ln();
        self.start + share * (self.end - self.start)
    }
}

/// The chart; `None` where there is nothing to draw.
pub(super) fn svg(title: &str, y_title: &str, x_title: &str, series: &[Series]) -> Option<String> {
    let points = || series.iter().flat_map(|series| &series.points);
    let xs = || points().map(|point| point.0);
    let ys = || points().map(|point| point.1).filter(|y| *y > 0.0);
    let low = ys().reduce(f64::min)?;
    let high = ys().reduce(f64::max)?;
    let (first, last) = (xs().reduce(f64::min)?, xs().reduce(f64::max)?);
    let x = Axis {
        from: first,
        to: last.max(first * 10.0),
        start: LEFT + 14.0,
        end: RIGHT - 14.0,
    };
    let y = Axis {
        from: step_below(low),
        to: step_above(high),
        start: BOTTOM,
        end: TOP,
    };

    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"{WIDTH}\" \
        height=\"{HEIGHT}\" role=\"img\" aria-label=\"{title}\">\n<style>{}</style>\n\
        <rect class=\"back\" width=\"{WIDTH}\" height=\"{HEIGHT}\" rx=\"8\"/>\n\
        <text class=\"title\" x=\"20\" y=\"28\">{title}</text>\n\
        <text class=\"faint\" x=\"20\" y=\"47\">{y_title}</text>\n\
        <text class=\"faint\" x=\"{}\" y=\"{}\" text-anchor=\"end\">{x_title}</text>\n",
        style(),
        RIGHT,
        BOTTOM + 36.0,
    );
    grid(&mut svg, &x, &y, xs().collect());
    for series in series {
        line(&mut svg, &x, &y, series);
    }
    labels(&mut svg, &x, &y, series);
    svg.push_str("</svg>\n");
    Some(svg)
}

/// 1, 2 or 5 times a power of ten, not above `value`.
fn step_below(value: f64) -> f64 {
    let power = 10f64.powf(value.log10().floor());
    [5.0, 2.0]
        .into_iter()
        .map(|step| step * power)
        .find(|step| *step <= value)
        .unwrap_or(power)
}

fn step_above(value: f64) -> f64 {
    let power = 10f64.powf(value.log10().floor());
    let steps = [1.0, 2.0, 5.0].into_iter().map(|step| step * power);
    steps
        .into_iter()
        .find(|step| *step >= value)
        .unwrap_or(10.0 * power)
}

fn grid(svg: &mut String, x: &Axis, y: &Axis, mut sizes: Vec<f64>) {
    let spans_many = y.to / y.from > 300.0;
    let mut tick = step_below(y.from);
    while tick <= y.to * 1.001 {
        let leading = (tick / 10f64.powf(tick.log10().floor() + 1e-9)).round() as u64;
        if tick >= y.from * 0.999 && (!spans_many || leading % 10 == 1 || leading == 10) {
            let at = y.at(tick);
            let _ = writeln!(
                svg,
                "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{RIGHT}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/>\
                <text class=\"faint\" x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
                LEFT - 6.0,
                at + 4.0,
                short(tick),
            );
        }
        tick = step_above(tick * 1.01);
    }
    sizes.sort_by(f64::total_cmp);
    sizes.dedup();
    for size in sizes {
        let at = x.at(size);
        let _ = writeln!(
            svg,
            "<line class=\"grid\" x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"{TOP}\" y2=\"{BOTTOM}\"/>\
            <text class=\"faint\" x=\"{at:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
            BOTTOM + 18.0,
            grouped(size as u64),
        );
    }
}

/// `2 µs`, and not `2.00 µs`: ticks are round.
fn short(tick: f64) -> String {
    nanoseconds(tick)
        .replace(".00", "")
        .replace(".0", "")
        .replace("0.50", "0.5")
        .replace("0.20", "0.2")
        .replace("0.10", "0.1")
}

fn line(svg: &mut String, x: &Axis, y: &Axis, series: &Series) {
    let class = series.ink.class();
    let at: Vec<String> = series
        .points
        .iter()
        .map(|(size, cost)| format!("{:.1},{:.1}", x.at(*size), y.at(*cost)))
        .collect();
    let _ = writeln!(
        svg,
        "<polyline class=\"line {class}\" points=\"{}\"/>",
        at.join(" ")
    );
    for (size, cost) in &series.points {
        let _ = writeln!(
            svg,
            "<circle class=\"dot {class}\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"4\"><title>{}, N={}: {}</title></circle>",
            x.at(*size),
            y.at(*cost),
            series.label,
            grouped(*size as u64),
            nanoseconds(*cost),
        );
    }
}

/// Each line's name at its end, pushed apart where ends are close.
fn labels(svg: &mut String, x: &Axis, y: &Axis, series: &[Series]) {
    let mut ends: Vec<(f64, f64, &Series)> = series
        .iter()
        .filter_map(|series| {
            let (size, cost) = series.points.last()?;
            Some((x.at(*size), y.at(*cost), series))
        })
        .collect();
    ends.sort_by(|one, other| one.1.total_cmp(&other.1));
    let places = apart(&ends.iter().map(|end| end.1).collect::<Vec<_>>());
    for ((end_x, end_y, series), place) in ends.into_iter().zip(places) {
        let _ = writeln!(
            svg,
            "<line class=\"leader\" x1=\"{:.1}\" y1=\"{end_y:.1}\" x2=\"{}\" y2=\"{place:.1}\"/>\
            <text class=\"{}\" x=\"{}\" y=\"{:.1}\">{}</text>",
            end_x + 7.0,
            RIGHT + 10.0,
            series.ink.class(),
            RIGHT + 14.0,
            place + 4.0,
            series.label,
        );
    }
}

/// Moves sorted heights apart as little as is needed, inside the chart.
fn apart(wanted: &[f64]) -> Vec<f64> {
    let mut places = wanted.to_vec();
    for at in 1..places.len() {
        places[at] = places[at].max(places[at - 1] + LABEL_HEIGHT);
    }
    let mut floor = BOTTOM + LABEL_HEIGHT;
    for place in places.iter_mut().rev() {
        *place = place.min(floor - LABEL_HEIGHT);
        floor = *place;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::{BOTTOM, apart, short, step_above, step_below};

    #[test]
    fn axes_end_at_round_numbers() {
        assert_eq!(step_below(1.37), 1.0);
        assert_eq!(step_below(57.0), 50.0);
        assert_eq!(step_above(57.0), 100.0);
        assert_eq!(step_above(0.15), 0.2);
        assert_eq!(step_above(5.0), 5.0);
        assert_eq!(short(2_000.0), "2 µs");
        assert_eq!(short(0.5), "0.5 ns");
        assert_eq!(short(100.0), "100 ns");
    }

    #[test]
    fn labels_do_not_overlap() {
        assert_eq!(apart(&[100.0, 104.0, 200.0]), [100.0, 116.0, 200.0]);
        assert_eq!(apart(&[BOTTOM, BOTTOM]), [BOTTOM - 16.0, BOTTOM]);
    }
}
