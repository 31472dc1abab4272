//! Stands between clients and brokers: carries bytes as they are, and breaks all connections when it is told to.

use std::net::TcpListener as Bound;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Handle;
use tokio::sync::{broadcast, oneshot};

/// A port for each broker.
pub(crate) struct Proxy {
    ports: Vec<Bound>,
    runtime: Handle,
    reset: broadcast::Sender<()>,
    broken: Arc<AtomicU64>,
    /// When it goes, the runtime's thread ends, and all connections with it.
    _end: oneshot::Sender<()>,
}

impl Proxy {
    /// Takes ports for so many brokers. Nothing is answered before [`Proxy::forward`].
    pub(crate) fn new(brokers: usize) -> Proxy {
        let ports = (0..brokers).map(|_| Bound::bind(("127.0.0.1", 0)).expect("a port")).collect();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime");
        let (handle, (end, ended)) = (runtime.handle().clone(), oneshot::channel());
        std::thread::spawn(move || drop(runtime.block_on(ended)));
        let (reset, _) = broadcast::channel(1);
        Proxy { ports, runtime: handle, reset, broken: Arc::default(), _end: end }
    }

    /// What the cluster shall advertise.
    pub(crate) fn addresses(&self) -> String {
        let address = |port: &Bound| port.local_addr().expect("its address").to_string();
        self.ports.iter().map(address).collect::<Vec<_>>().join(",")
    }

    /// Carries what comes to the brokers' own addresses.
    pub(crate) fn forward(&self, to: &str) {
        for (port, broker) in self.ports.iter().zip(to.split(',')) {
            let (port, broker) = (port.try_clone().expect("a port"), broker.to_owned());
            port.set_nonblocking(true).expect("a port");
            let (reset, broken) = (self.reset.clone(), Arc::clone(&self.broken));
            self.runtime.spawn(async move {
                let port = TcpListener::from_std(port).expect("a port");
                while let Ok((client, _)) = port.accept().await {
                    tokio::spawn(carry(client, broker.clone(), reset.subscribe(), Arc::clone(&broken)));
                }
            });
        }
    }

    /// Resets every connection again and again.
    pub(crate) fn reset_every(&self, pause: Duration) {
        let reset = self.reset.clone();
        self.runtime.spawn(async move {
            loop {
                tokio::time::sleep(pause).await;
                // Nobody hears it where no connection is open.
                let _ = reset.send(());
            }
        });
    }

    /// How many connections were reset.
    pub(crate) fn broken(&self) -> u64 {
        self.broken.load(Ordering::SeqCst)
    }
}

/// Carries bytes both ways until one side ends or the connection is to break.
async fn carry(
    mut client: TcpStream,
    broker: String,
    mut reset: broadcast::Receiver<()>,
    broken: Arc<AtomicU64>,
) {
    let Ok(mut server) = TcpStream::connect(broker).await else { return };
    tokio::select! {
        _ = tokio::io::copy_bidirectional(&mut client, &mut server) => {}
        _ = reset.recv() => {
            // Without lingering, closing sends a reset instead of an end: what is on its way is lost on both sides.
            for side in [&client, &server] {
                side.set_zero_linger().expect("a socket");
            }
            broken.fetch_add(1, Ordering::SeqCst);
        }
    }
}
