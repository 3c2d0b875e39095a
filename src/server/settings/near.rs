//! Names that are no setting's, and which setting may have been meant. Settings are named as flags are, without dashes in
//! front.

const PREFIX: &str = "COUNTERSIGN_";
/// So many letters may be wrong, missing, too many or swapped.
const FARTHEST: usize = 2;

/// The setting whose name is written almost like this.
pub(super) fn near<'a>(name: &str, settings: &'a [String]) -> Option<&'a str> {
    let measured = settings.iter().map(|known| (strsim::osa_distance(name, known), known.as_str()));
    measured.filter(|(far, _)| *far <= FARTHEST).min().map(|(_, known)| known)
}

/// A sentence for each environment variable that is named like a setting's and is none's. None is refused: what runs
/// containers sets some for each service, after the service's name.
pub(super) fn unknown_variables(settings: &[String], variables: impl Iterator<Item = String>) -> Vec<String> {
    let told = |variable: String| {
        let name = variable.strip_prefix(PREFIX)?.to_ascii_lowercase().replace('_', "-");
        match near(&name, settings) {
            Some(known) if known == name => None,
            Some(known) => Some(format!("{variable} is no setting and does nothing; is {} meant?", variable_of(known))),
            None => Some(format!("{variable} is no setting and does nothing")),
        }
    };
    let mut unknown: Vec<String> = variables.filter_map(told).collect();
    unknown.sort();
    unknown
}

fn variable_of(setting: &str) -> String {
    format!("{PREFIX}{}", setting.replace('-', "_").to_uppercase())
}
