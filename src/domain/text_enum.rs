//! Enums whose variants are words: a key in the database, in forms and in JSON, and a label on pages.

/// A key that none of the enum's variants has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not one of the known values")]
pub struct UnknownKey(pub String);

/// Declares an enum whose variants each have a stable key (stored, sent) and a label (shown).
macro_rules! text_enum {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $key:literal, $label:literal;)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$vmeta])* #[serde(rename = $key)] $variant,)+ }

        impl $name {
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The word that is stored and sent.
            pub const fn key(self) -> &'static str {
                match self { $($name::$variant => $key,)+ }
            }
            /// The words that are shown.
            pub const fn label(self) -> &'static str {
                match self { $($name::$variant => $label,)+ }
            }
            pub fn from_key(key: &str) -> Option<$name> {
                match key { $($key => Some($name::$variant),)+ _ => None }
            }
        }
        impl TryFrom<String> for $name {
            type Error = $crate::domain::text_enum::UnknownKey;
            fn try_from(key: String) -> Result<Self, Self::Error> {
                $name::from_key(&key).ok_or($crate::domain::text_enum::UnknownKey(key))
            }
        }
    };
}
pub(crate) use text_enum;
