//! How the texts of settings are read. Each refusal says what would be right; clap puts the setting and its value in
//! front.

use crate::domain::number;
use crate::domain::time::{DAY, HOUR, MINUTE, Millis, SECOND};
use ipnet::IpNet;
use reqwest::Url;
use std::net::{IpAddr, SocketAddr};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

/// `200ms`, `5s`, `10m`, `12h`, `3d`.
pub fn duration(text: &str) -> Result<Millis, String> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let unit = match &text[digits..] {
        "ms" => 1,
        "s" => SECOND,
        "m" => MINUTE,
        "h" => HOUR,
        "d" => DAY,
        _ => return Err("write a whole number with ms, s, m, h or d behind it, e.g. 30s".into()),
    };
    let number = number::whole(&text[..digits]).ok_or("begin with a whole number, e.g. 30s")?;
    number.checked_mul(unit).ok_or_else(|| "that is too long".into())
}

/// A duration that isn't nothing: with none at all sessions would end, or records go, as soon as they are there.
pub(super) fn lasting(text: &str) -> Result<Millis, String> {
    match duration(text)? {
        0 => Err("it must be more than nothing, e.g. 12h".into()),
        time => Ok(time),
    }
}

/// `10.0.0.0/8`, or a single address.
pub(super) fn network(text: &str) -> Result<IpNet, String> {
    let single = |_| text.parse::<IpAddr>().map(IpNet::from);
    text.parse().or_else(single).map_err(|_| "write an address or a network, e.g. 10.0.0.0/8".into())
}

/// An address of this machine to listen at. Names aren't looked up.
pub(super) fn socket(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "write an IP address and a port, e.g. 127.0.0.1:3000 or [::1]:3000".into())
}

/// The address people use, as browsers call it in `Origin`: links begin with it, so it has a scheme and no path.
pub(super) fn public_url(text: &str) -> Result<String, String> {
    let is_bare = |url: &Url| {
        let goes_on = url.path() != "/" || url.query().is_some() || url.fragment().is_some();
        is_web(url) && !goes_on && url.username().is_empty() && url.password().is_none()
    };
    match Url::parse(text) {
        Ok(url) if is_bare(&url) => Ok(url.origin().ascii_serialization()),
        _ => Err("write the scheme and the host that people use, e.g. https://tickets.example.com".into()),
    }
}

pub(super) fn collector(text: &str) -> Result<String, String> {
    match Url::parse(text) {
        Ok(url) if is_web(&url) => Ok(text.to_owned()),
        _ => Err("write the collector's whole address, e.g. http://127.0.0.1:4318".into()),
    }
}

fn is_web(url: &Url) -> bool {
    ["http", "https"].contains(&url.scheme()) && url.has_host()
}

/// A level, or a filter. A name without a level is refused: it would turn the lines of everything else off.
pub(super) fn log_filter(text: &str) -> Result<String, String> {
    let part = |part: &str| {
        let is_level = !part.is_empty() && part.parse::<LevelFilter>().is_ok();
        is_level || part.contains(['=', '[', ']', '{', '}'])
    };
    if text.split(',').map(str::trim).all(part) && EnvFilter::try_new(text).is_ok() {
        return Ok(text.to_owned());
    }
    Err("write error, warn, info, debug, trace or off, or a filter such as `info,sqlx=debug`".into())
}

/// What the environment and the settings file say of a flag without a value.
pub(super) fn truth(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "y" | "yes" | "t" | "true" | "on" | "1" => Ok(true),
        "n" | "no" | "f" | "false" | "off" | "0" => Ok(false),
        _ => Err("write true or false".into()),
    }
}
