//! The content of attachments, in the database part by part or as files in a folder. It is never in memory as a whole.

use super::app::App;
use super::store::attachment::{self, Place};
use super::store::db::Tx;
use axum::body::Bytes;
use futures::{Stream, StreamExt, TryStreamExt, stream};
use std::io;
use std::path::Path;
use tokio::fs::{self, File, OpenOptions};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio_util::io::ReaderStream;

/// Size of a part in the database, in bytes.
const PART: u64 = 256 * 1024;

/// Writes the content part by part, in the transaction that inserts the attachment's row.
pub async fn into_database(tx: &mut Tx, id: &str, content: &mut (impl AsyncRead + Unpin)) -> io::Result<()> {
    for number in 0.. {
        let mut part = vec![];
        (&mut *content).take(PART).read_to_end(&mut part).await?;
        if part.is_empty() {
            break;
        }
        attachment::insert_part(tx, id, number, part).await.map_err(io::Error::other)?;
    }
    Ok(())
}

/// Writes the content into a new file of the folder and syncs both to disk, so that it survives a power cut. Call it
/// after the row is committed, so that the folder never holds a file without a row.
pub async fn into_folder(folder: &Path, id: &str, content: &mut (impl AsyncRead + Unpin)) -> io::Result<()> {
    fs::create_dir_all(folder).await?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    options.mode(0o600);
    let mut file = options.open(folder.join(id)).await?;
    tokio::io::copy(content, &mut file).await?;
    file.sync_all().await?;
    File::open(folder).await?.sync_all().await
}

/// Deletes the file from the folder; a file already gone is no error.
pub async fn out_of_folder(folder: &Path, id: &str) -> io::Result<()> {
    match fs::remove_file(folder.join(id)).await {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// The content as a stream of bytes. `NotFound` if the content was removed or the folder doesn't have it.
pub async fn content(app: &App, place: Place, id: String) -> io::Result<stream::BoxStream<'static, io::Result<Bytes>>> {
    match (place, &app.settings.attachments_folder) {
        (Place::Database, _) => Ok(parts(app.clone(), id).boxed()),
        (Place::Folder, Some(folder)) => Ok(ReaderStream::new(File::open(folder.join(id)).await?).boxed()),
        (Place::Folder, None) => {
            tracing::error!("attachment {id} lies in a folder, but the setting attachments-folder is missing");
            Err(io::ErrorKind::NotFound.into())
        }
        (Place::Removed, _) => Err(io::ErrorKind::NotFound.into()),
    }
}

fn parts(app: App, id: String) -> impl Stream<Item = io::Result<Bytes>> + Send {
    stream::try_unfold(0, move |number| {
        let (app, id) = (app.clone(), id.clone());
        async move {
            let part = attachment::part(&app.db, &id, number).await?;
            Ok(part.map(|part| (Bytes::from(part), number + 1)))
        }
    })
    .map_err(|error: sqlx::Error| io::Error::other(error))
}
