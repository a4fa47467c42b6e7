//! Whole censuses of small trees, under every runtime.

use crate::args::Options;
use crate::census::{self, Census};
use crate::file::{FileSeen, FileSignal, Outcome};
use crate::flight::Flight;
use crate::problem::Kind;
use crate::reader::Reader;
use crate::runtime::Runtime;
use crate::scratch::Scratch;
use crate::size::SizeClass;
use fanfare::Signal;
use std::path::Path;

fn census(scratch: &Scratch, runtime: Runtime, follow: bool) -> Census {
    let options = Options {
        root: scratch.path().to_owned(),
        runtime,
        follow,
        all: false,
    };
    runtime
        .block_on(census::take(&options))
        .expect("the runtime starts")
}

/// All but what differs from run to run.
fn page(census: &Census) -> String {
    let page = census.to_string();
    page.split("\nOn ").next().unwrap_or_default().to_owned()
}

fn problems(census: &Census) -> Vec<(Kind, u64)> {
    census
        .problems
        .piles()
        .map(|(kind, pile)| (kind, pile.count))
        .collect()
}

fn row(census: &Census, language: &str) -> [u64; 5] {
    let (_, row) = census
        .rows
        .iter()
        .find(|(name, _)| *name == language)
        .expect("a known language");
    [
        row.files,
        row.bytes,
        row.counts.lines,
        row.counts.blank,
        row.counts.todos,
    ]
}

#[test]
fn every_file_is_counted_once_and_alike_everywhere() {
    let scratch = Scratch::new();
    scratch.file("src/main.rs", b"fn main() {\n\n    // TODO\n}");
    scratch.file("src/empty.rs", b"");
    scratch.file("web/INDEX.HTML", "<p>é</p>\n".as_bytes());
    scratch.file("latin1.py", b"# caf\xe9\n");
    scratch.file("picture.unknown", &[0xff; 70_000]);
    scratch.file("Makefile", b"all:\n");
    for number in 0..600 {
        scratch.file(&format!("many/{number}.txt"), b"a\nb\n");
    }

    let mut pages = Vec::new();
    for runtime in Runtime::ALL {
        let census = census(&scratch, runtime, false);
        assert_eq!((census.signals, census.walked), (606, 606));
        // The reader, the size class, the walker, the bar; and one more for the large file.
        assert_eq!(census.callbacks, 606 * 4 + 1);
        assert_eq!(row(&census, "Rust"), [2, 26, 4, 1, 1]);
        assert_eq!(row(&census, "HTML"), [1, 10, 1, 0, 0]);
        assert_eq!(row(&census, "Python"), [1, 7, 0, 0, 0]);
        assert_eq!(row(&census, "Makefile"), [1, 5, 1, 0, 0]);
        assert_eq!(row(&census, "Other"), [1, 70_000, 0, 0, 0]);
        assert_eq!(row(&census, "Text"), [600, 2_400, 1_200, 0, 0]);
        assert_eq!(problems(&census), [(Kind::NotUtf8, 2)]);
        assert_eq!(census.sizes[0], (SizeClass::Empty, 1));
        assert_eq!(
            census.largest,
            [(70_000, scratch.path().join("picture.unknown"))]
        );
        pages.push(page(&census));
    }
    assert_eq!(pages[0], pages[1]);
    assert_eq!(pages[0], pages[2]);
}

#[test]
fn nothing_to_count() {
    let census = census(&Scratch::new(), Runtime::Smol, false);
    assert_eq!(
        (census.signals, census.callbacks, census.problems.count()),
        (0, 0, 0)
    );
    assert!(page(&census).contains("Total         0"));
}

#[test]
fn a_long_list_of_problems_is_cut() {
    let scratch = Scratch::new();
    for number in 0..33 {
        scratch.file(&format!("{number:02}.bin"), b"\xff");
    }
    let page = page(&census(&scratch, Runtime::Smol, false));
    assert!(page.contains("33 problems"));
    assert!(page.contains("19.bin") && !page.contains("20.bin\n"));
    assert!(page.contains("and 13 more"));
}

/// As it is with a file that goes away between the walk and the reading.
#[test]
fn a_file_that_is_gone_is_a_problem() {
    let signal: FileSignal = Signal::builder(FileSeen::default())
        .reply::<Outcome>()
        .build();
    let reader = Reader::new("Rust");
    let replies = smol::block_on(async {
        signal.connect_method(&reader, Reader::read).await;
        let gone = FileSeen::new("gone.rs".into(), 7);
        signal.send().with(gone).join().await.into_replies()
    });
    let kinds: Vec<_> = replies
        .into_iter()
        .map(|reply| reply.map_err(|problem| problem.kind))
        .collect();
    assert_eq!(kinds, [Err(Kind::Unreadable)]);
    assert_eq!((reader.row().files, reader.row().bytes), (1, 7));
}

#[test]
fn a_callback_that_panics_is_a_problem_of_its_file() {
    let signal: FileSignal = Signal::builder(FileSeen::default())
        .reply::<Outcome>()
        .build();
    let mut flight = Flight::default();
    smol::block_on(async {
        signal.connect_sync(|_| panic!("no")).name("bad").await;
        signal.connect_sync(|_| Ok(())).await;
        flight.push("a.rs".into(), signal.send().await).await;
        flight.land().await;
    });
    assert_eq!((flight.signals, flight.callbacks), (1, 2));
    let (kind, pile) = flight.problems.piles().next().expect("a problem");
    let problem = pile.first.first().expect("it is listed");
    assert_eq!(
        (kind, problem.path.as_path()),
        (Kind::Failed, Path::new("a.rs"))
    );
    assert_eq!(problem.reason, "callback `bad` panicked: no");
}

/// Not everywhere can a file have such a name.
#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_not_utf8_is_told_and_the_file_counted() {
    use std::os::unix::ffi::OsStrExt;
    let scratch = Scratch::new();
    let name = std::ffi::OsStr::from_bytes(b"\xff.rs");
    std::fs::write(scratch.path().join(name), "1\n").expect("a file can be written");
    let census = census(&scratch, Runtime::Smol, false);
    assert_eq!(problems(&census), [(Kind::NameNotUtf8, 1)]);
    assert_eq!(row(&census, "Rust")[..3], [1, 2, 1]);
}

#[cfg(target_os = "linux")]
#[test]
fn links_and_unreadable_files() {
    use std::os::unix::fs::symlink;
    let scratch = Scratch::new();
    scratch.file("dir/a.rs", b"1\n");
    // Not even root can read the first page of a process.
    let links = [
        ("a.rs", "dir/b.rs"),
        ("nowhere", "dir/c.rs"),
        ("..", "dir/up"),
        ("/proc/self/mem", "mem.rs"),
    ];
    for (target, name) in links {
        symlink(target, scratch.path().join(name)).expect("a link can be made");
    }
    for runtime in Runtime::ALL {
        let stayed = census(&scratch, runtime, false);
        assert_eq!(problems(&stayed), [(Kind::BrokenLink, 1)]);
        assert_eq!((stayed.signals, stayed.links), (1, 3));

        let followed = census(&scratch, runtime, true);
        assert_eq!(
            problems(&followed),
            [
                (Kind::Unreadable, 1),
                (Kind::BrokenLink, 1),
                (Kind::Loop, 1)
            ]
        );
        assert_eq!((followed.signals, followed.links), (3, 0));
        assert_eq!(row(&followed, "Rust")[..3], [3, 4, 2]);
    }
}
