//! Uploads cut off at random bytes: none is taken half, and no whole one is missed.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

use super::sshd::{zip_of, World};
use crate::shop::{children, file_name, lettershop};

/// Uploads in each way.
const UPLOADS: u32 = 200;
/// Random bytes in an upload; a session without them has some four thousand.
const PAYLOAD: u32 = 20_000;
/// Clients at once.
const CLIENTS: u32 = 4;

/// How a sender shows that a file is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// By a manifest that holds.
    Manifest,
    /// By a done-marker.
    Marker,
    /// By a rename as POSIX has it.
    Rename,
    /// By a rename as SFTP servers without it do it: a link, and the removal of the old name.
    LegacyRename,
    /// By nothing.
    Quiet,
}

#[test]
fn uploads_whose_manifest_holds_are_taken_whole_or_not_at_all() {
    check(Way::Manifest);
}

#[test]
fn uploads_with_a_done_marker_are_taken_whole_or_not_at_all() {
    check(Way::Marker);
}

#[test]
fn uploads_that_are_renamed_are_taken_whole_or_not_at_all() {
    check(Way::Rename);
}

#[test]
fn uploads_that_are_linked_and_unlinked_are_taken_whole_or_not_at_all() {
    check(Way::LegacyRename);
}

#[test]
fn uploads_without_any_sign_are_taken_whole_or_not_at_all() {
    check(Way::Quiet);
}

fn check(way: Way) {
    let world = World::open(1);
    let sender = &world.senders[0];
    let mut watch = lettershop().arg("watch").arg(world.shop()).arg("--take-only").start();
    let sources: BTreeMap<String, Vec<u8>> = (0..UPLOADS).map(|at| source(way, at)).collect();
    let names: Vec<&String> = sources.keys().collect();
    let ended: Mutex<BTreeMap<String, bool>> = Mutex::default();
    std::thread::scope(|scope| {
        for client in 0..CLIENTS {
            let (world, names, sources, ended) = (&world, &names, &sources, &ended);
            scope.spawn(move || {
                for at in (client..UPLOADS).step_by(CLIENTS as usize) {
                    let name = names[at as usize];
                    let local = world.beside(&format!("local-{name}"));
                    std::fs::write(&local, &sources[name]).expect("written");
                    let marker = world.beside(&format!("local-{name}.done"));
                    std::fs::write(marker, b"").expect("written");
                    let remote = format!("{}/{name}", sender.remote);
                    let commands = commands(way, &local.display().to_string(), &remote);
                    let port = cut_after(world.port, limit(at));
                    let call = world.sftp_at(port, &sender.account, &sender.key, &commands);
                    let is_whole = call.run().code() == 0;
                    ended.lock().expect("no thread panicked").insert(name.clone(), is_whole);
                }
            });
        }
    });
    let ended = ended.into_inner().expect("no thread panicked");
    let whole = ended.values().filter(|is_whole| **is_whole).count();
    let least = UPLOADS as usize / 10;
    assert!(whole >= least && ended.len() - whole >= 2 * least, "{whole} of {}", ended.len());

    let inbox = world.shop().join("inbox").join(&sender.id);
    let taken = || -> Vec<String> { children(&inbox).iter().map(|path| file_name(path)).collect() };
    let due = || {
        let taken = taken();
        ended.iter().filter(|(name, is_whole)| **is_whole && !taken.contains(name)).count()
    };
    let began = Instant::now();
    while due() > 0 && began.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(200));
    }
    // Longer than the quiet period: whatever would be taken half is taken by now.
    std::thread::sleep(Duration::from_secs(8));
    watch.kill().expect("it runs");
    watch.wait().expect("it ended");
    let missed: Vec<_> = {
        let taken = taken();
        ended.iter().filter(|(name, whole)| **whole && !taken.contains(name)).collect()
    };
    assert!(missed.is_empty(), "{way:?}: whole and not taken: {missed:?}");
    for path in children(&inbox) {
        let name = file_name(&path);
        let bytes = std::fs::read(&path).expect("taken");
        assert!(bytes == sources[&name], "{way:?}: {name} is taken with {} bytes", bytes.len());
    }
    let left = children(&sender.inbox());
    for path in &left {
        let name = file_name(path);
        assert!(ended.get(&name) != Some(&true), "{way:?}: {name} is taken and still there");
    }
}

/// Returns what the client is told.
fn commands(way: Way, local: &str, remote: &str) -> String {
    match way {
        Way::Manifest | Way::Quiet => format!("put {local} {remote}\n"),
        Way::Marker => format!("put {local} {remote}\nput {local}.done {remote}.done\n"),
        Way::Rename => format!("put {local} {remote}.part\nrename {remote}.part {remote}\n"),
        Way::LegacyRename => {
            format!("put {local} {remote}.part\nrename -l {remote}.part {remote}\n")
        }
    }
}

/// Returns an upload's name and bytes: only where the manifest counts do they prove themselves.
fn source(way: Way, at: u32) -> (String, Vec<u8>) {
    let noise = noise(at);
    match way {
        Way::Manifest => {
            let digest: String =
                Sha256::digest(&noise).iter().map(|byte| format!("{byte:02x}")).collect();
            let manifest = format!(
                "sender = \"s\"\nbatch = \"b{at}\"\ntemplate = \"t\"\ntemplate_version = 1\n\
                 class = \"c\"\nposting_date = \"2026-11-25\"\nrecords = 1\nhash_total = 1\n\
                 [members]\n\"recipients.csv\" = \"{digest}\"\n"
            );
            let members = [("manifest.toml", manifest.as_bytes()), ("recipients.csv", &noise)];
            (format!("m{at:03}.zip"), zip_of(&members))
        }
        Way::Quiet => (format!("q{at:03}.zip"), zip_of(&[("recipients.csv", &noise)])),
        _ => (format!("x{at:03}.mended.csv"), noise),
    }
}

/// Returns bytes that do not shrink and differ from upload to upload.
fn noise(at: u32) -> Vec<u8> {
    let mut noise = Vec::new();
    for number in 0..PAYLOAD / 32 {
        noise.extend_from_slice(&Sha256::digest(format!("{at} {number}")));
    }
    noise
}

/// Returns after how many bytes of the client an upload is cut off.
fn limit(at: u32) -> usize {
    let digest = Sha256::digest(at.to_be_bytes());
    let number = u32::from_be_bytes(digest[..4].try_into().expect("four bytes"));
    3_000 + (number % (PAYLOAD * 3 / 2)) as usize
}

/// Opens a way to sshd that is cut off after so many bytes from the client; returns its port.
fn cut_after(sshd: u16, limit: usize) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let port = listener.local_addr().expect("bound").port();
    std::thread::spawn(move || {
        let (client, _) = listener.accept().expect("the client comes");
        let server = TcpStream::connect(("127.0.0.1", sshd)).expect("sshd is up");
        let back = (server.try_clone().expect("a socket"), client.try_clone().expect("a socket"));
        let answers = std::thread::spawn(move || {
            let (mut from, mut to) = back;
            let _ = std::io::copy(&mut from, &mut to);
            let _ = to.shutdown(Shutdown::Both);
        });
        let mut bytes = [0; 512];
        let (mut from, mut to, mut left) = (&client, &server, limit);
        while let Ok(read @ 1..) = from.read(&mut bytes) {
            let passed = read.min(left);
            if to.write_all(&bytes[..passed]).is_err() || passed < read {
                break;
            }
            left -= passed;
        }
        let _ = server.shutdown(Shutdown::Both);
        let _ = client.shutdown(Shutdown::Both);
        let _ = answers.join();
    });
    port
}
