//! Payloads of signals as the payloads of messages, and back.

use std::any::Any;
use std::ops::Deref;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::codec::CodecError;

/// The payload of a message: the signal's own, or one made of it.
pub(super) enum Lent<'a, V> {
    Own(&'a V),
    Made(V),
}

impl<V> Deref for Lent<'_, V> {
    type Target = V;

    fn deref(&self) -> &V {
        match self {
            Self::Own(own) => own,
            Self::Made(made) => made,
        }
    }
}

/// What there is to be sent of a payload: itself where both types are one, and otherwise what `V` reads of what `P` writes.
pub(super) fn lend<P, V>(payload: &P) -> Result<Lent<'_, V>, CodecError>
where
    P: Serialize + 'static,
    V: DeserializeOwned + 'static,
{
    if let Some(own) = (payload as &dyn Any).downcast_ref() {
        return Ok(Lent::Own(own));
    }
    through_json(payload).map(Lent::Made)
}

/// A payload out of that of a message.
pub(super) fn take<V, P>(message: V) -> Result<P, CodecError>
where
    V: Serialize + 'static,
    P: DeserializeOwned + 'static,
{
    same(message)
        .or_else(|message| match same::<V, Value>(message) {
            Ok(value) => P::deserialize(value),
            Err(message) => serde_json::to_value(message).and_then(P::deserialize),
        })
        .map_err(CodecError::of_reading)
}

fn through_json<P: Serialize, V: DeserializeOwned + 'static>(payload: &P) -> Result<V, CodecError> {
    let value = serde_json::to_value(payload).map_err(CodecError::of_writing)?;
    same(value).or_else(|value| V::deserialize(value).map_err(CodecError::of_reading))
}

/// A value of another name for the same type, if it is one.
fn same<A: 'static, B: 'static>(value: A) -> Result<B, A> {
    let mut value = Some(value);
    let found = (&mut value as &mut dyn Any).downcast_mut::<Option<B>>();
    if let Some(found) = found.and_then(Option::take) {
        return Ok(found);
    }
    match value {
        Some(value) => Err(value),
        None => unreachable!("nothing has taken it"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Lent, lend, take};

    #[test]
    fn one_type_is_handed_through() {
        let text = String::from("a");
        assert!(matches!(lend::<String, String>(&text), Ok(Lent::Own(own)) if own == "a"));
        assert_eq!(take::<String, String>(text).unwrap(), "a");
        let value = json!({"a": [1, null]});
        assert!(matches!(lend::<Value, Value>(&value), Ok(Lent::Own(_))));
        assert_eq!(take::<Value, Value>(value.clone()).unwrap(), value);
    }

    #[test]
    fn another_reads_what_is_written() {
        let pair = (1u8, vec![Some(2.5), None]);
        let made = lend::<_, Value>(&pair).unwrap();
        assert_eq!(*made, json!([1, [2.5, null]]));
        assert_eq!(
            take::<Value, (u8, Vec<Option<f64>>)>(made.clone()).unwrap(),
            pair
        );
        assert_eq!(*lend::<u8, u64>(&7).unwrap(), 7);
        assert_eq!(take::<u64, u8>(7).unwrap(), 7);
    }

    #[test]
    fn what_does_not_fit_is_said() {
        assert!(lend::<u64, u8>(&300).is_err());
        let error = take::<Value, u8>(json!("a")).unwrap_err().to_string();
        assert!(error.contains("invalid type: string"), "{error}");
    }
}
