//! The cloud behind the tickets, as a port.
#[async_trait::async_trait]
pub trait CloudProvider: Send + Sync + 'static {}
