//! The live screen on a terminal: it is clean afterwards, however the screen ended.

use std::process::{Command, Stdio};

use eventctl::outcome::Signal;
use eventctl::stop::Stop;
use eventctl::ui::screen::{Change, Event, LagView, Screen};

const END: &str = "EVENTCTL_TEST_SCREEN_END";
const TOLD: &str = "EVENTCTL_TEST_SCREEN_TOLD";

/// What runs on the terminal.
#[test]
#[ignore = "run by the others, on a terminal of its own"]
fn child() {
    let end = std::env::var(END).unwrap();
    let stop = Stop::default();
    stop.listen(true).unwrap();
    // From now on a first signal is waited for.
    assert_eq!(stop.signal(), None);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut screen = Screen::open(&stop, true).unwrap();
    let mut view = LagView::new(0);
    screen.draw(&mut view).unwrap();
    match end.as_str() {
        "keys" => loop {
            let Some(Event::Key(key)) = runtime.block_on(screen.next_event()) else { continue };
            match view.key(key) {
                Change::Quit => break,
                _ => screen.draw(&mut view).unwrap(),
            }
        },
        "panic" => panic!("on purpose"),
        "signal" => {
            kill("TERM");
            assert_eq!(runtime.block_on(stop.wait()), Signal::Terminate);
        }
        "hangup" => {
            assert_eq!(runtime.block_on(stop.wait()), Signal::Hangup);
            drop(screen);
            std::fs::write(std::env::var(TOLD).unwrap(), "ended").unwrap();
        }
        "signals" => {
            kill("TERM");
            kill("TERM");
            std::thread::park_timeout(std::time::Duration::from_secs(20));
        }
        other => panic!("{other}"),
    }
}

fn kill(signal: &str) {
    let own = std::process::id().to_string();
    assert!(Command::new("kill").args(["-s", signal, &own]).status().unwrap().success());
}

/// Runs the child on a terminal of its own (by `script`), types, and returns what the terminal was sent. The modes of the
/// terminal are compared before and after.
fn on_a_terminal(end: &str, typed: &str) -> String {
    let own = std::env::current_exe().unwrap();
    let child = format!("{} --exact screen::child --ignored --nocapture", own.display());
    let line = format!(
        "stty rows 24 cols 80; a=$(stty -g); {child}; b=$(stty -g); [ \"$a\" = \"$b\" ] && echo same-modes"
    );
    let mut script = Command::new("timeout")
        .args(["30", "script", "-qec", &line, "/dev/null"])
        .env(END, end)
        .env("TERM", "xterm-256color")
        .env("SHELL", "/bin/sh")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut keyboard = script.stdin.take().unwrap();
    let typed = typed.to_owned();
    let typing = std::thread::spawn(move || {
        use std::io::Write;
        // Until the terminal is in raw mode, what is typed waits in it; the pipe stays open until the end.
        let _ = keyboard.write_all(typed.as_bytes());
        std::thread::park_timeout(std::time::Duration::from_secs(25));
        drop(keyboard);
    });
    let output = script.wait_with_output().unwrap();
    typing.thread().unpark();
    typing.join().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn the_terminal_is_clean_after_every_end() {
    for (end, typed) in [("keys", "j?xq"), ("panic", ""), ("signal", ""), ("signals", "")] {
        let sent = on_a_terminal(end, typed);
        let place = |sequence: &str| sent.rfind(sequence).unwrap_or_else(|| panic!("{end}: {sent:?}"));
        let (taken, given) = (place("\u{1b}[?1049h"), place("\u{1b}[?1049l"));
        assert!(taken < given, "{end}: the screen that was there is back: {sent:?}");
        assert!(place("\u{1b}[?25h") > place("\u{1b}[?25l"), "{end}: the cursor is back: {sent:?}");
        assert!(sent.contains("same-modes"), "{end}: {sent:?}");
        assert!(sent.contains("waiting for the first sample"), "{end}: it was drawn: {sent:?}");
        // The help, that a key asked for.
        assert_eq!(sent.contains("any key: back"), end == "keys", "{end}: keys are read: {sent:?}");
    }
}

#[test]
fn a_terminal_that_is_gone_does_not_hold_the_end_up() {
    let folder = tempfile::tempdir().unwrap();
    let told = folder.path().join("told");
    let own = std::env::current_exe().unwrap();
    let child =
        format!("stty rows 24 cols 80; exec {} --exact screen::child --ignored --nocapture", own.display());
    let mut script = Command::new("script")
        .args(["-qec", &child, "/dev/null"])
        .env(END, "hangup")
        .env(TOLD, &told)
        .env("TERM", "xterm-256color")
        .env("SHELL", "/bin/sh")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut seen = Vec::new();
    let mut buffer = [0; 1_024];
    let mut output = script.stdout.take().unwrap();
    while !String::from_utf8_lossy(&seen).contains("waiting for the first sample") {
        let length = std::io::Read::read(&mut output, &mut buffer).unwrap();
        assert!(length > 0, "{}", String::from_utf8_lossy(&seen));
        seen.extend_from_slice(&buffer[..length]);
    }
    // The terminal ends with the one who made it.
    script.kill().unwrap();
    script.wait().unwrap();
    let begun = std::time::Instant::now();
    while !told.exists() {
        assert!(begun.elapsed() < std::time::Duration::from_secs(20), "the screen does not end");
        std::thread::park_timeout(std::time::Duration::from_millis(20));
    }
}

#[test]
fn without_a_terminal_there_is_no_screen() {
    let own = std::env::current_exe().unwrap();
    let run = Command::new(own)
        .args(["--exact", "screen::child", "--ignored", "--nocapture"])
        .env(END, "keys")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&run.stderr);
    assert!(!run.status.success());
    assert!(told.contains("a live screen needs a terminal, and stdout is none"), "{told}");
}
