//! Who listens: connected by key, by sender and bare, sync and async.

use crate::file::{FileSignal, extension_key};
use crate::language::{self, Language};
use crate::problem::{Kind, Problem};
use crate::progress::Progress;
use crate::reader::Reader;
use crate::size::{Largest, SizeClass, SizeCount};
use crate::walker::Walker;
use std::sync::Arc;

/// The objects behind the callbacks. Their connections hold them weakly: these are the handles that count.
pub(crate) struct Listeners {
    pub(crate) readers: Vec<Arc<Reader>>,
    pub(crate) sizes: Vec<Arc<SizeCount>>,
    pub(crate) largest: Arc<Largest>,
}

impl Listeners {
    pub(crate) async fn connect(
        signal: &FileSignal,
        walker: &Arc<Walker>,
        progress: &Arc<Progress>,
    ) -> Self {
        let mut readers = Vec::new();
        for language in language::ALL {
            let reader = Reader::new(language.name);
            let keys = language
                .extensions
                .iter()
                .map(|extension| extension_key(extension));
            signal
                .connect_method(&reader, Reader::read)
                .keys(keys)
                .name(language.name)
                .await;
            readers.push(reader);
        }

        // No key says "none of those": this one hears every file and takes what is left.
        let other = Reader::new("Other");
        signal
            .connect_method(&other, Reader::read)
            .when(|file| !Language::knows(&file.extension))
            .name(other.language)
            .await;
        readers.push(other);

        let mut sizes = Vec::new();
        for class in SizeClass::ALL {
            let size = SizeCount::new(class);
            signal
                .connect_method_sync(&size, SizeCount::count)
                .key(class.key())
                .name(class.describe())
                .await;
            sizes.push(size);
        }
        let largest = Arc::new(Largest::default());
        signal
            .connect_method_sync(&largest, Largest::look)
            .keys([SizeClass::Large.key(), SizeClass::Huge.key()])
            .name("largest files")
            .await;

        signal
            .connect_sync(|file| Err(Problem::new(Kind::NameNotUtf8, &file.path, "")))
            .when(|file| {
                file.path
                    .file_name()
                    .is_some_and(|name| name.to_str().is_none())
            })
            .name("names")
            .await;

        signal
            .connect_method_sync(walker, Walker::sent)
            .sender(walker)
            .name("walker")
            .await;

        // Last: a file shows as done when all others have been called.
        signal
            .connect_with_sync(Arc::clone(progress), |progress, _| {
                progress.advance();
                Ok(())
            })
            .priority(-1)
            .name("progress")
            .await;

        Self {
            readers,
            sizes,
            largest,
        }
    }
}
