//! Options of a builder that are those of the builder inside it.

/// Methods of a builder that pass on what they are given to the same method of `$field`, which is a `$what` and stands at `$path`.
macro_rules! passed_on {
    ($field:ident, $what:literal, $path:literal:
        $($name:ident($($argument:ident: $type:ty),*) $doc:literal;)*
    ) => {
        $(
            #[doc = $doc]
            #[doc = concat!(" See [`", $what, "::", stringify!($name), "`](", $path, "::", stringify!($name), ").")]
            pub fn $name(mut self, $($argument: $type),*) -> Self {
                self.$field = self.$field.$name($($argument),*);
                self
            }
        )*
    };
}
pub(crate) use passed_on;
