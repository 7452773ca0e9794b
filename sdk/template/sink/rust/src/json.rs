//! Finds values in a JSON text, which is checked whole on the way. Nothing is copied.

const DEPTH: usize = 64;

struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }
    fn take(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }
    fn word(&mut self, word: &str) -> Option<()> {
        self.text[self.at..].starts_with(word).then(|| self.at += word.len())
    }
    fn hex4(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + 4)?;
        self.at += 4;
        digits.bytes().all(|b| b.is_ascii_hexdigit()).then_some(())?;
        u32::from_str_radix(digits, 16).ok()
    }
    fn string(&mut self) -> Option<()> {
        self.take(b'"')?;
        loop {
            match self.peek()? {
                b'"' => return self.take(b'"'),
                0..=0x1f => return None,
                b'\\' => {
                    self.at += 1;
                    let escape = self.peek()?;
                    self.at += 1;
                    match escape {
                        b'u' => {
                            let unit = self.hex4()?;
                            if (0xdc00..=0xdfff).contains(&unit) {
                                return None;
                            }
                            if (0xd800..=0xdbff).contains(&unit) {
                                self.word("\\u")?;
                                (0xdc00..=0xdfff).contains(&self.hex4()?).then_some(())?;
                            }
                        }
                        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {}
                        _ => return None,
                    }
                }
                _ => self.at += 1,
            }
        }
    }
    fn digits(&mut self) -> Option<()> {
        let from = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        (self.at > from).then_some(())
    }
    fn number(&mut self) -> Option<()> {
        let _ = self.take(b'-');
        if self.take(b'0').is_none() {
            self.digits()?;
        }
        if self.take(b'.').is_some() {
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Some(())
    }
    /// Past one value; `each` sees the key (empty in arrays) and the place of each of its members.
    fn value(&mut self, depth: usize, each: &mut dyn FnMut(&'a str, &'a str)) -> Option<()> {
        self.space();
        let first = self.peek()?;
        if depth > DEPTH {
            return None;
        }
        match first {
            b'"' => return self.string(),
            b't' => return self.word("true"),
            b'f' => return self.word("false"),
            b'n' => return self.word("null"),
            b'{' | b'[' => self.at += 1,
            _ => return self.number(),
        }
        let close = if first == b'{' { b'}' } else { b']' };
        self.space();
        if self.take(close).is_some() {
            return Some(());
        }
        loop {
            self.space();
            let mut key = "";
            if first == b'{' {
                let from = self.at + 1;
                self.string()?;
                key = &self.text[from..self.at - 1];
                self.space();
                self.take(b':')?;
                self.space();
            }
            let from = self.at;
            self.value(depth + 1, &mut |_, _| {})?;
            each(key, &self.text[from..self.at]);
            self.space();
            if self.take(close).is_some() {
                return Some(());
            }
            self.take(b',')?;
        }
    }
}

fn members<'a>(text: &'a str, first: char, each: &mut dyn FnMut(&'a str, &'a str)) -> Option<()> {
    let mut cursor = Cursor { text, at: 0 };
    cursor.space();
    text[cursor.at..].starts_with(first).then_some(())?;
    cursor.value(0, each)?;
    cursor.space();
    (cursor.at == text.len()).then_some(())
}

/// A member's value as it stands in the text of an object.
pub fn member<'a>(object: &'a str, name: &str) -> Option<&'a str> {
    let mut found = None;
    members(object, '{', &mut |key, value| {
        if key == name && found.is_none() {
            found = Some(value);
        }
    })?;
    found
}

pub fn is_object(text: &str) -> bool {
    members(text, '{', &mut |_, _| {}).is_some()
}

/// The items of an array, as they stand in its text.
pub fn items(array: &str) -> Option<Vec<&str>> {
    let mut found = Vec::new();
    members(array.trim_start(), '[', &mut |_, value| found.push(value.trim_start()))?;
    Some(found)
}

/// What a JSON text without escapes says: URLs and handles have none.
pub fn plain_text(value: &str) -> Option<&str> {
    let inner = value.trim().strip_prefix('"')?.strip_suffix('"')?;
    (!inner.contains('\\')).then_some(inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_a_member() {
        assert_eq!(member(r#"{"a":[1,{"b":2}],"b": "x"}"#, "b"), Some("\"x\""));
        assert_eq!(member(r#"{"a":1}"#, "b"), None);
    }

    #[test]
    fn refuses_what_is_no_json() {
        for text in ["", "{", "[]", "{\"a\":}", "{\"a\":01}", "{\"a\":\"\\ud800\"}", "{}x"] {
            assert!(!is_object(text), "{text}");
        }
    }

    #[test]
    fn goes_no_deeper_than_it_must() {
        assert!(!is_object(&("{\"a\":".to_string() + &"[".repeat(100_000))));
    }
}
