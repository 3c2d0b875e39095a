//! Files as uploads bring them.

use super::TestApp;
use countersign::server::service::support::attachments;
use std::io::SeekFrom;
use tokio::fs::File;
use tokio::io::{AsyncSeekExt, AsyncWriteExt};

/// A file with this content, as an upload lies on disk.
pub async fn spooled(content: &[u8]) -> File {
    let mut file = File::from_std(tempfile::tempfile().expect("a temporary file"));
    file.write_all(content).await.expect("written");
    file.flush().await.expect("written");
    file.seek(SeekFrom::Start(0)).await.expect("rewound");
    file
}

/// An upload of this person that waits for its entry, as a form names it.
pub async fn uploaded(app: &TestApp, who: &str, name: &str, content: &[u8]) -> String {
    let author = app.user(who).await;
    let mut file = spooled(content).await;
    let id = attachments::keep(app, &author, name, content.len() as u64, &mut file).await.expect("kept");
    format!("{id}:{name}")
}
