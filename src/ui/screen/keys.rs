//! What somebody at the terminal does.

use ratatui::crossterm::event::{Event as Happened, KeyCode, KeyEventKind, KeyModifiers};

/// A key that means something here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// A letter, digit or sign.
    Letter(char),
    /// One row up.
    Up,
    /// One row down.
    Down,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// The first row.
    Home,
    /// The last row.
    End,
    /// Enter.
    Enter,
    /// Esc.
    Escape,
    /// Takes back a letter.
    Backspace,
    /// Ctrl-C, which is no signal while the terminal is in raw mode.
    Interrupt,
}

/// What happens at the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// A key was pressed.
    Key(Key),
    /// The terminal has another size: draw again.
    Resize,
}

impl Event {
    /// Reads an event of the library; none for what means nothing here.
    pub(super) fn of(happened: &Happened) -> Option<Event> {
        let pressed = match happened {
            Happened::Resize(..) => return Some(Event::Resize),
            Happened::Key(pressed) if pressed.kind != KeyEventKind::Release => pressed,
            _ => return None,
        };
        let control = pressed.modifiers.contains(KeyModifiers::CONTROL);
        let key = match pressed.code {
            KeyCode::Char('c' | 'd') if control => Key::Interrupt,
            KeyCode::Char('f') if control => Key::PageDown,
            KeyCode::Char('b') if control => Key::PageUp,
            KeyCode::Char(_) if control || pressed.modifiers.contains(KeyModifiers::ALT) => return None,
            KeyCode::Char(letter) => Key::Letter(letter),
            KeyCode::Up => Key::Up,
            KeyCode::Down => Key::Down,
            KeyCode::PageUp => Key::PageUp,
            KeyCode::PageDown => Key::PageDown,
            KeyCode::Home => Key::Home,
            KeyCode::End => Key::End,
            KeyCode::Enter => Key::Enter,
            KeyCode::Esc => Key::Escape,
            KeyCode::Backspace => Key::Backspace,
            _ => return None,
        };
        Some(Event::Key(key))
    }
}

#[cfg(test)]
mod tests {
    use ratatui::crossterm::event::{KeyEvent, KeyEventState};

    use super::*;

    #[test]
    fn keys_mean_what_they_do_elsewhere() {
        let plain = KeyModifiers::NONE;
        let rows = [
            (KeyCode::Char('q'), plain, Some(Key::Letter('q'))),
            (KeyCode::Char('R'), KeyModifiers::SHIFT, Some(Key::Letter('R'))),
            (KeyCode::Char('c'), KeyModifiers::CONTROL, Some(Key::Interrupt)),
            (KeyCode::Char('f'), KeyModifiers::CONTROL, Some(Key::PageDown)),
            (KeyCode::Char('x'), KeyModifiers::CONTROL, None),
            (KeyCode::Char('x'), KeyModifiers::ALT, None),
            (KeyCode::Esc, plain, Some(Key::Escape)),
            (KeyCode::F(1), plain, None),
        ];
        for (code, modifiers, expected) in rows {
            let happened = Happened::Key(KeyEvent::new(code, modifiers));
            assert_eq!(Event::of(&happened), expected.map(Event::Key), "{code:?}");
        }
        let (kind, state) = (KeyEventKind::Release, KeyEventState::NONE);
        let released = KeyEvent { code: KeyCode::Enter, modifiers: plain, kind, state };
        assert_eq!(Event::of(&Happened::Key(released)), None);
        assert_eq!(Event::of(&Happened::Resize(1, 1)), Some(Event::Resize));
    }
}
