//! How answers that pages only read travel to the browser half: as postcard, which takes the browser a fraction of the code
//! that JSON takes for each type. What forms get stays JSON.
//!
//! Postcard doesn't describe itself, so both halves have to be of one release: each text begins with a [mark](SHAPES) of the
//! shapes it was built with. A page of another release is told to reload.

use leptos::server_fn::codec::Post;
use leptos::server_fn::{Bytes, ContentType, Decodes, Encodes, Format, FormatType};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Changes whenever a file of `api` or `domain` does; see build.rs.
const SHAPES: &[u8] = env!("COUNTERSIGN_SHAPES").as_bytes();

/// The output of a server function that changes nothing.
pub type Reading = Post<Wire>;

pub struct Wire;

#[derive(Debug, thiserror::Error)]
pub enum WireError {
    #[error("an answer of another release")]
    OtherRelease,
    #[error("postcard: {0}")]
    Postcard(#[from] postcard::Error),
}

/// The mark, then the value.
pub fn encode<T: Serialize>(value: &T) -> Result<Vec<u8>, WireError> {
    Ok(postcard::to_extend(value, SHAPES.to_vec())?)
}

pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, WireError> {
    let value = bytes.strip_prefix(SHAPES).ok_or(WireError::OtherRelease)?;
    Ok(postcard::from_bytes(value)?)
}

impl ContentType for Wire {
    const CONTENT_TYPE: &'static str = "application/x-postcard";
}

impl FormatType for Wire {
    const FORMAT_TYPE: Format = Format::Binary;
}

impl<T: Serialize> Encodes<T> for Wire {
    type Error = WireError;

    fn encode(value: &T) -> Result<Bytes, WireError> {
        encode(value).map(Bytes::from)
    }
}

impl<T: DeserializeOwned> Decodes<T> for Wire {
    type Error = WireError;

    fn decode(bytes: Bytes) -> Result<T, WireError> {
        decode(&bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_release_reads() {
        let bytes = encode(&("web", Some(7_i64))).expect("encoded");
        assert_eq!(decode::<(String, Option<i64>)>(&bytes).expect("decoded"), ("web".to_owned(), Some(7)));
        let mut other = bytes.clone();
        other[0] ^= 1;
        assert!(matches!(decode::<(String, Option<i64>)>(&other), Err(WireError::OtherRelease)));
        assert!(matches!(decode::<(String, Option<i64>)>(&bytes[..bytes.len() - 1]), Err(WireError::Postcard(_))));
        assert!(matches!(decode::<String>(b"Gateway"), Err(WireError::OtherRelease)));
    }
}
