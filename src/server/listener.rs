//! The listening socket, opened and closed so that no connection is broken off when servers replace each other.
//!
//! While the server gets ready, its address is bound but nobody listens: a proxy in front is refused at once and asks
//! another server, instead of waiting here for a migration. At the end the connections in the queue are accepted first:
//! closing a listening socket breaks off those not accepted yet, and a proxy doesn't repeat a form that it has sent.

use axum::serve::Listener;
use std::future::pending;
use std::io;
use std::net::SocketAddr;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio_util::sync::CancellationToken;

/// How many connections may wait to be accepted.
const QUEUE: u32 = 1024;

/// A socket that is bound but doesn't listen yet: no other program can take its address any more.
pub struct Bound(TcpSocket);

impl Bound {
    pub fn to(address: SocketAddr) -> io::Result<Bound> {
        let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        // The last connections of the previous server may still hold the port. Not for port 0 (any free port): two
        // programs could then be given one port.
        socket.set_reuseaddr(address.port() != 0)?;
        socket.bind(address)?;
        Ok(Bound(socket))
    }

    pub fn address(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }

    /// Listens, until [`Closing::close`].
    pub fn open(self) -> io::Result<(Door, Closing)> {
        let address = self.address()?;
        // Lets the next server bind the address while this one's last connections linger, also after port 0.
        self.0.set_reuseaddr(true)?;
        let closing = Closing::default();
        Ok((Door { address, state: State::Open(self.0.listen(QUEUE)?), closing: closing.clone() }, closing))
    }
}

/// Closes a [`Door`].
#[derive(Clone, Default)]
pub struct Closing {
    wanted: CancellationToken,
    done: CancellationToken,
}

impl Closing {
    /// Returns once every queued connection is accepted and new ones are refused.
    pub async fn close(&self) {
        self.wanted.cancel();
        self.done.cancelled().await;
    }
}

pub struct Door {
    address: SocketAddr,
    state: State,
    closing: Closing,
}

enum State {
    Open(TcpListener),
    /// Accepts what is in the queue, then closes. Not through tokio, which learns of new connections a moment later.
    Last(std::net::TcpListener),
    Closed,
}

impl Listener for Door {
    type Io = TcpStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (TcpStream, SocketAddr) {
        loop {
            match &mut self.state {
                State::Open(listener) => tokio::select! {
                    accepted = Listener::accept(listener) => return accepted,
                    () = self.closing.wanted.cancelled() => self.state.close_behind_the_queue(),
                },
                State::Last(listener) => match listener.accept().and_then(registered) {
                    Ok(accepted) => return accepted,
                    Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                    Err(_queue_is_empty) => self.state = State::Closed,
                },
                State::Closed => {
                    self.closing.done.cancel();
                    pending().await
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

impl State {
    fn close_behind_the_queue(&mut self) {
        if let State::Open(listener) = std::mem::replace(self, State::Closed)
            && let Ok(listener) = listener.into_std()
        {
            *self = State::Last(listener);
        }
    }
}

fn registered((stream, address): (std::net::TcpStream, SocketAddr)) -> io::Result<(TcpStream, SocketAddr)> {
    stream.set_nonblocking(true)?;
    Ok((TcpStream::from_std(stream)?, address))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn free() -> Bound {
        Bound::to(SocketAddr::from(([127, 0, 0, 1], 0))).expect("a free port")
    }

    #[tokio::test]
    async fn nobody_is_kept_waiting_before_the_door_opens() {
        let bound = free();
        let address = bound.address().expect("an address");
        let early = TcpStream::connect(address).await.expect_err("nobody listens yet");
        assert_eq!(early.kind(), io::ErrorKind::ConnectionRefused);
        let _open = bound.open().expect("opened");
        TcpStream::connect(address).await.expect("connected");
        let second = Bound::to(address).err().expect("the address is taken");
        assert_eq!(second.kind(), io::ErrorKind::AddrInUse);
    }

    #[tokio::test]
    async fn whoever_is_in_the_queue_is_let_in_before_it_closes() {
        let bound = free();
        let address = bound.address().expect("an address");
        let (mut door, closing) = bound.open().expect("opened");
        let mut waiting = vec![];
        for _ in 0..20 {
            waiting.push(TcpStream::connect(address).await.expect("connected"));
        }
        let closed = tokio::spawn(async move { closing.close().await });
        let accepting = tokio::spawn(async move {
            loop {
                let (stream, _) = door.accept().await;
                stream.writable().await.expect("open");
                stream.try_write(b"in").expect("written");
            }
        });
        closed.await.expect("closed");
        let late = TcpStream::connect(address).await.expect_err("closed");
        assert_eq!(late.kind(), io::ErrorKind::ConnectionRefused);
        for stream in waiting {
            stream.readable().await.expect("open");
            let mut said = [0; 2];
            assert_eq!(stream.try_read(&mut said).expect("not broken off"), 2);
        }
        accepting.abort();
    }
}
