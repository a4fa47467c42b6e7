//! The trie against a list of patterns that are asked one by one.
