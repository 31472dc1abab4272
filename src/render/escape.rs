//! Makes foreign text harmless before it reaches a terminal.
//!
//! Payloads, keys, names and server messages may hold escape sequences that clear a screen, retitle a window, fill
//! the clipboard or fake a prompt (CWE-150). Escaped are the C0 and C1 controls, DEL, the bidirectional controls, and
//! what is invisible: zero-width, tag and separator characters.

use std::fmt::{self, Display, Write};

/// Shows a value with every dangerous character as `\n`, `\t`, `\x1b` or `\u{202e}`.
pub struct Escaped<T>(pub T);

impl<T: Display> Display for Escaped<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(Escaper(formatter), "{}", self.0)
    }
}

struct Escaper<'a, 'b>(&'a mut fmt::Formatter<'b>);

impl Write for Escaper<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut clean = 0;
        for (index, character) in text.char_indices() {
            if !is_dangerous(character) {
                continue;
            }
            self.0.write_str(text.get(clean..index).unwrap_or_default())?;
            clean = index + character.len_utf8();
            match character {
                '\n' => self.0.write_str("\\n")?,
                '\r' => self.0.write_str("\\r")?,
                '\t' => self.0.write_str("\\t")?,
                low if u32::from(low) < 0x100 => write!(self.0, "\\x{:02x}", u32::from(low))?,
                other => write!(self.0, "\\u{{{:x}}}", u32::from(other))?,
            }
        }
        self.0.write_str(text.get(clean..).unwrap_or_default())
    }
}

/// True for a character that can act on a terminal or deceive its reader.
#[must_use]
pub fn is_dangerous(character: char) -> bool {
    matches!(character,
        '\0'..='\x1f' | '\x7f'..='\u{9f}' | '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_act_on_a_terminal_is_shown_instead() {
        let rows = [
            ("plain, with umlauts: \u{e4}\u{f6}", "plain, with umlauts: \u{e4}\u{f6}"),
            ("\x1b[2J", "\\x1b[2J"),
            ("\x1b]52;c;aGk=\x07", "\\x1b]52;c;aGk=\\x07"),
            ("a\u{9b}31m", "a\\x9b31m"),
            ("two\nlines\r\tx", "two\\nlines\\r\\tx"),
            ("\u{202e}gpj.exe", "\\u{202e}gpj.exe"),
            ("a\u{200b}b\u{feff}", "a\\u{200b}b\\u{feff}"),
            ("\x7f\0", "\\x7f\\x00"),
        ];
        for (foreign, shown) in rows {
            assert_eq!(Escaped(foreign).to_string(), shown);
        }
    }

    #[test]
    fn no_character_leaves_a_control_behind() {
        for character in '\0'..=char::MAX {
            let shown = Escaped(character).to_string();
            assert!(
                !shown.chars().any(|c| c.is_control() || is_dangerous(c)),
                "{character:?} became {shown:?}"
            );
        }
    }
}
