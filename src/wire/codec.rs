//! How answers travel to the browser half: as postcard, which takes the browser a fraction of the code that JSON takes for
//! each type. Other programs get what comes of forms, and refusals, as JSON; `http::answer` writes both.
//!
//! Postcard doesn't describe itself, so both halves have to be of one release: what is read begins with a [mark](SHAPES) of the
//! shapes it was built with. A page of another release is told to reload. Replies to forms and refusals bear no mark and
//! keep their shapes: a page has to learn what became of its form, whatever release the server is by then.

use super::Reply;
use super::error::AppError;
use leptos::server_fn::codec::Post;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use leptos::server_fn::{Bytes, ContentType, Decodes, Encodes, Format, FormatType};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A digest of `wire`, of `domain` and of the heads of server functions, made by build.rs: two builds that differ in it may
/// not understand each other.
const SHAPES: &[u8] = env!("COUNTERSIGN_SHAPES").as_bytes();

/// What is asked for and told in headers.
pub const CONTENT_TYPE: &str = "application/x-postcard";

/// The output of a server function that changes nothing.
pub type Reading = Post<Wire>;

/// The output of a server function that a form calls.
pub type Changing = Post<Unwritten>;

pub struct Wire;

/// The form of replies and refusals. A server function leaves them with the request and writes nothing; `http::answer`
/// writes them once, in the form that is asked for. The browser half asks for postcard and reads that.
pub struct Unwritten;

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

/// The value alone.
pub fn encode_kept<T: Kept>(value: &T) -> Result<Vec<u8>, WireError> {
    Ok(postcard::to_allocvec(value)?)
}

pub fn decode_kept<T: Kept>(bytes: &[u8]) -> Result<T, WireError> {
    Ok(postcard::from_bytes(bytes)?)
}

/// What every release writes alike: variants come to the end, fields don't come at all. A test holds the bytes.
pub trait Kept: Serialize + DeserializeOwned {}

impl Kept for Reply {}
impl Kept for AppError {}

macro_rules! is_postcard {
    ($($format:ty),+) => {$(
        impl ContentType for $format {
            const CONTENT_TYPE: &'static str = CONTENT_TYPE;
        }

        impl FormatType for $format {
            const FORMAT_TYPE: Format = Format::Binary;
        }
    )+};
}

is_postcard!(Wire, Unwritten);

impl<T: Kept> Encodes<T> for Unwritten {
    type Error = WireError;

    fn encode(_value: &T) -> Result<Bytes, WireError> {
        Ok(Bytes::new())
    }
}

impl<T: Kept> Decodes<T> for Unwritten {
    type Error = WireError;

    fn decode(bytes: Bytes) -> Result<T, WireError> {
        decode_kept(&bytes)
    }
}

impl FromServerFnError for AppError {
    type Encoder = Unwritten;

    fn from_server_fn_error(error: ServerFnErrorErr) -> AppError {
        match error {
            // An answer that arrived whole and can't be read is of another release. (On the server it is a form.)
            ServerFnErrorErr::Deserialization(_) if cfg!(feature = "hydrate") => AppError::Outdated,
            _ => AppError::Unreachable,
        }
    }
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
    use crate::domain::validation::Problem;
    use crate::wire::Done;

    /// Whoever changes one of these leaves the pages that are open at an upgrade without an answer.
    #[test]
    fn replies_and_refusals_keep_their_shapes() {
        let text = |text: &str| [&[text.len() as u8], text.as_bytes()].concat();
        let done = Reply::Done(Done { message: "Passed.".into(), location: "/hosts".into(), stays: true });
        let problem = Problem { field: "name".into(), message: "Taken.".into() };
        let table: [(Reply, Vec<u8>); 12] = [
            (done, [vec![0], text("Passed."), text("/hosts"), vec![1]].concat()),
            (Reply::Refused(AppError::SignedOut), vec![1, 0]),
            (Reply::Refused(AppError::NotFound), vec![1, 1]),
            (Reply::Refused(AppError::Forbidden("No.".into())), [vec![1, 2], text("No.")].concat()),
            (Reply::Refused(AppError::refused("No.")), [vec![1, 3], text("No.")].concat()),
            (Reply::Refused(AppError::Invalid(vec![problem])), [vec![1, 4, 1], text("name"), text("Taken.")].concat()),
            (Reply::Refused(AppError::TooMany { seconds: -1 }), vec![1, 5, 1]),
            (Reply::Refused(AppError::Internal { reference: "7f".into() }), [vec![1, 6], text("7f")].concat()),
            (Reply::Refused(AppError::Unsure { reference: "7f".into() }), [vec![1, 7], text("7f")].concat()),
            (Reply::Refused(AppError::Outdated), vec![1, 8]),
            (Reply::Refused(AppError::Unreachable), vec![1, 9]),
            (Reply::Refused(AppError::AnotherPerson { now: "Co".into() }), [vec![1, 10], text("Co")].concat()),
        ];
        for (reply, bytes) in table {
            assert_eq!(encode_kept(&reply).expect("encoded"), bytes, "{reply:?}");
            assert_eq!(decode_kept::<Reply>(&bytes).expect("decoded"), reply);
        }
    }

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
