//! Colours that can be read on a light page and on a dark one.

/// What a line in a chart stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    /// The crate itself, and another way of it.
    Ours,
    OursToo,
    /// What no library can beat.
    Raw,
    Peer(usize),
    /// The same peer, done another way.
    PeerToo(usize),
}

/// For a light background and for a dark one.
const OURS: [&str; 2] = ["#c2410c", "#fb923c"];
const RAW: [&str; 2] = ["#6b7280", "#9ca3af"];
const PEERS: [[&str; 2]; 8] = [
    ["#2563eb", "#60a5fa"],
    ["#047857", "#34d399"],
    ["#7c3aed", "#a78bfa"],
    ["#0e7490", "#22d3ee"],
    ["#a16207", "#facc15"],
    ["#be185d", "#f472b6"],
    ["#4d7c0f", "#a3e635"],
    ["#475569", "#cbd5e1"],
];

impl Ink {
    /// The class of its elements.
    pub(super) fn class(self) -> String {
        match self {
            Self::Ours => "ours".into(),
            Self::OursToo => "ours too".into(),
            Self::Raw => "raw".into(),
            Self::Peer(at) => format!("p{at}"),
            Self::PeerToo(at) => format!("p{at} too"),
        }
    }
}

/// The style of a chart. It has a background of its own, since a page cannot tell an image which one it has.
pub(super) fn style() -> String {
    let theme = |which: usize| {
        let [back, text, faint, grid] = [
            ["#ffffff", "#0d1117"],
            ["#1f2937", "#e6edf3"],
            ["#6b7280", "#9198a1"],
            ["#e5e7eb", "#262c36"],
        ]
        .map(|colour| colour[which]);
        let mut css = format!(
            ".back{{fill:{back}}}text{{fill:{text}}}.faint{{fill:{faint}}}\
            .grid{{stroke:{grid}}}.leader{{stroke:{faint}}}.dot{{stroke:{back}}}"
        );
        let mut ink = |class: String, colour: &str| {
            css.push_str(&format!(
                ".{class}{{stroke:{colour}}}.dot.{class}{{fill:{colour};stroke:{back}}}\
                text.{class}{{fill:{colour};stroke:none}}"
            ));
        };
        ink("ours".into(), OURS[which]);
        ink("raw".into(), RAW[which]);
        for (at, peer) in PEERS.iter().enumerate() {
            ink(format!("p{at}"), peer[which]);
        }
        css
    };
    format!(
        "text{{font-family:system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif;font-size:12px}}\
        .title{{font-size:15px;font-weight:600}}.line{{fill:none;stroke-width:1.75;stroke-linejoin:round}}\
        .line.ours{{stroke-width:3}}.line.raw{{stroke-dasharray:6 4}}.line.too{{stroke-dasharray:2 3}}\
        text.ours{{font-weight:600}}.dot{{stroke-width:1.5}}.grid{{stroke-width:1}}\
        .leader{{stroke-width:0.75;stroke-dasharray:1 3}}{}\
        @media(prefers-color-scheme:dark){{{}}}",
        theme(0),
        theme(1)
    )
}
