//! Topics as MQTT writes them: levels between slashes.

use super::dialect::Dialect;
use super::error::{Grammar, TopicError};
use super::pattern::Pattern;
use super::topic::Topic;
use super::unsaid::SpellingError;

/// After section 4.7 of the standard. A level may be empty, also the first and the last.
const MQTT: Dialect = Dialect {
    name: "MQTT",
    topic: Grammar::Mqtt { is_pattern: false },
    pattern: Grammar::Mqtt { is_pattern: true },
    separator: '/',
    one: "+",
    many: "#",
    many_is_any: true,
    has_empty_parts: true,
    reserved: &['+', '#'],
    is_forbidden: |c| c == '\0',
    limit: 65_535,
};

impl Topic {
    /// A topic from an MQTT topic name, where dots, stars, backslashes and question marks are characters. Each level is a part,
    /// empty ones too: `/plant` has two.
    ///
    /// # Errors
    /// Where the name is malformed, or has wildcards.
    pub fn mqtt(name: impl AsRef<str>) -> Result<Self, TopicError> {
        MQTT.read_topic(name.as_ref()).map(Self::of)
    }

    /// The topic as an MQTT topic name.
    ///
    /// # Errors
    /// Where a part contains a slash, a `+`, a `#` or a NUL, where the name would be longer than 65,535 bytes, or where the only
    /// part is empty.
    pub fn to_mqtt(&self) -> Result<String, SpellingError> {
        MQTT.write(self.shared(), false)
    }
}

impl Pattern {
    /// A pattern from an MQTT topic filter: `+` for one part, a last `#` for any number of parts, none as well.
    ///
    /// A server keeps topics that begin with a `$` from filters that begin with a wildcard. Patterns know no such exception.
    ///
    /// ```
    /// # use fanfare::hub::{Pattern, Topic};
    /// let filter = Pattern::mqtt("plant/+/#")?;
    /// assert_eq!(filter, Pattern::from(["plant"]).one().any());
    /// assert!(filter.matches(&Topic::mqtt("plant/north")?));
    /// # Ok::<(), fanfare::hub::TopicError>(())
    /// ```
    ///
    /// # Errors
    /// Where the filter is malformed.
    pub fn mqtt(filter: impl AsRef<str>) -> Result<Self, TopicError> {
        MQTT.read_pattern(filter.as_ref()).map(Self::from)
    }

    /// The pattern as an MQTT topic filter.
    ///
    /// # Errors
    /// Where a part contains a slash, a `+`, a `#` or a NUL, where the filter would be longer than 65,535 bytes, or where the
    /// only part is empty.
    pub fn to_mqtt(&self) -> Result<String, SpellingError> {
        MQTT.write(self.pieces(), self.is_open())
    }
}
