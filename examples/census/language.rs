//! Languages, told by a file's extension.

use std::path::Path;

#[derive(Debug)]
pub(crate) struct Language {
    pub(crate) name: &'static str,
    pub(crate) extensions: &'static [&'static str],
}

impl Language {
    /// Whether some language claims this extension.
    pub(crate) fn knows(extension: &str) -> bool {
        ALL.iter()
            .any(|language| language.extensions.contains(&extension))
    }
}

/// The extension in lower case. A file without one goes by its whole name: `Makefile` is `makefile`, `.gitignore` is
/// `gitignore`.
pub(crate) fn extension_of(path: &Path) -> String {
    let extension = path
        .extension()
        .or_else(|| path.file_name())
        .unwrap_or_default();
    extension
        .to_string_lossy()
        .trim_start_matches('.')
        .to_lowercase()
}

const fn language(name: &'static str, extensions: &'static [&'static str]) -> Language {
    Language { name, extensions }
}

pub(crate) const ALL: &[Language] = &[
    language("Assembly", &["s", "asm"]),
    language("Batch", &["bat", "cmd"]),
    language("C", &["c"]),
    language("C header", &["h"]),
    language("C#", &["cs"]),
    language("C++", &["cc", "cpp", "cxx", "hh", "hpp", "hxx"]),
    language("Clojure", &["clj", "cljs", "edn"]),
    language("CMake", &["cmake"]),
    language("Config", &["cfg", "conf", "ini", "editorconfig"]),
    language("CSS", &["css", "less", "scss"]),
    language("CSV", &["csv", "tsv"]),
    language("Dart", &["dart"]),
    language("Docker", &["dockerfile", "dockerignore"]),
    language("Elixir", &["ex", "exs"]),
    language("Erlang", &["erl", "hrl"]),
    language("Fortran", &["f", "f90", "f95", "for"]),
    language("Git", &["gitattributes", "gitignore", "gitmodules"]),
    language("Go", &["go"]),
    language("Haskell", &["hs", "lhs"]),
    language("HTML", &["htm", "html", "xhtml"]),
    language("Java", &["java"]),
    language("JavaScript", &["cjs", "js", "jsx", "mjs"]),
    language("JSON", &["json", "json5", "jsonl"]),
    language("Julia", &["jl"]),
    language("Kotlin", &["kt", "kts"]),
    language("Lisp", &["cl", "el", "lisp", "scm"]),
    language("Lock file", &["lock"]),
    language("Lua", &["lua"]),
    language("Makefile", &["makefile", "mk"]),
    language("Markdown", &["markdown", "md", "mdx"]),
    language("Nix", &["nix"]),
    language("Objective-C", &["m", "mm"]),
    language("OCaml", &["ml", "mli"]),
    language("Perl", &["pl", "pm", "t"]),
    language("PHP", &["php"]),
    language("Protobuf", &["proto"]),
    language("Python", &["py", "pyi", "pyx"]),
    language("R", &["r", "rmd"]),
    language("reStructuredText", &["rst"]),
    language("Ruby", &["gemspec", "rake", "rb"]),
    language("Rust", &["rs"]),
    language("Scala", &["sbt", "scala"]),
    language("Shell", &["bash", "fish", "sh", "zsh"]),
    language("SQL", &["sql"]),
    language("SVG", &["svg"]),
    language("Swift", &["swift"]),
    language("TeX", &["bib", "cls", "sty", "tex"]),
    language(
        "Text",
        &[
            "txt",
            "authors",
            "changelog",
            "copying",
            "license",
            "license-apache",
            "license-mit",
            "readme",
        ],
    ),
    language("TOML", &["toml"]),
    language("TypeScript", &["ts", "tsx"]),
    language("Vue", &["vue"]),
    language("XML", &["xml", "xsd", "xsl"]),
    language("YAML", &["yaml", "yml"]),
    language("Zig", &["zig"]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn extensions_of_odd_names() {
        for (name, extension) in [
            ("a/b.RS", "rs"),
            ("a.tar.gz", "gz"),
            ("Makefile", "makefile"),
            (".gitignore", "gitignore"),
            ("a.", ""),
            ("..", ""),
        ] {
            assert_eq!(extension_of(Path::new(name)), extension, "{name}");
        }
    }

    #[test]
    fn an_extension_has_one_language() {
        let mut seen = HashSet::new();
        for extension in ALL.iter().flat_map(|language| language.extensions) {
            assert!(seen.insert(extension), "{extension} has two");
            assert_eq!(*extension, extension.to_lowercase());
        }
    }
}
