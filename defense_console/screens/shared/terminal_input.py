"""What a terminal sends, cut into keys, pastes and reports; what is none of these never becomes a key.

A terminal answers questions (its colours, its version, where the cursor is) on the same line as the keys, sometimes
late and in pieces. Read letter by letter, such an answer rates criteria. So each sequence is read to its end here, and
only the forms the toolkit's parser knows how to read go on to it: its parser turns the others into keys, or fails on
their numbers (Textualize/textual#6456).
Source: ECMA-48 §5.4 and §5.6 (control sequences and strings), the Kitty keyboard protocol.
"""

from __future__ import annotations

import re

REPORT_S = 0.1
"""A report whose next byte takes longer than this will not be finished."""
PASTE_S = 1.0
"""A paste may halt for longer: what follows it would be taken for keys."""

_ESC, _CAN, _SUB, _BEL = 0x1B, 0x18, 0x1A, 0x07
_ST = 0x9C
"""The end of a string where its beginning is one byte too."""
_STRINGS = b"]PX^_"
"""After Esc: the beginnings of OSC, DCS, SOS, PM and APC strings."""
_LONGEST = 4096
"""So much of a sequence is kept; none that means something is nearly as long."""
_ESCAPE = b"\x1b[27u"
"""Esc in a form that the parser need not wait for."""
_ALT_ENTER = b"\x1b[13;3u"
_PASTE, _PASTED = b"\x1b[200~", b"\x1b[201~"

_MODIFIERS = rb"(?:;(?:[1-9]|[1-9]\d|1\d\d|2[0-4]\d|25[0-6]))"
_PASSED = re.compile(
    rb"\x1b\[(?:"
    rb"[ABCDEFHPQSZIO]|\[[A-E]"  # keys without a modifier, focus, the Linux console's F1 to F5
    rb"|1" + _MODIFIERS + rb"[ABCDEFHPQS]"
    rb"|(?:[1-9]|[12]\d|3[0-4])" + _MODIFIERS + rb"?~"
    rb"|<(?:\d{1,2}|1\d\d|2[0-4]\d|25[0-5]);[1-9]\d{0,4};[1-9]\d{0,4}[Mm]"  # the mouse
    rb"|\?(?:2026|2048);[0-4]\$y"  # the two modes the toolkit asks for
    rb"|48;[1-9]\d{0,3};[1-9]\d{0,3};\d{1,5};\d{1,5}t"  # a new size
    rb")"
)
_CODED = re.compile(rb"\x1b\[(\d{1,7})(?:(?:" + _MODIFIERS + rb"|;)(?:;(\d{1,7}(?::\d{1,7})*))?)?u")
"""A key by its code point, as Kitty's protocol sends it: the code, and the text where there is one."""
_OTHER = re.compile(rb"\x1b\[27" + _MODIFIERS + rb";(\d{1,7})~")
"""The same in xterm's form."""
_SINGLE_SHIFT = frozenset(b"ABCDEFHMPQRSXIZjklmnopqrstuvwxy")
"""After `Esc O`: arrows, F1 to F4, the numeric pad."""
_NAMED_CODES = (9, 13, 27, 127)


def _is_text_code(code: int) -> bool:
    return code >= 0x20 and code <= 0x10FFFF and not 0x7F <= code <= 0x9F and not 0xD800 <= code <= 0xDFFF


def _is_key_code(code: int) -> bool:
    return code in _NAMED_CODES or _is_text_code(code)


def _passes(sequence: bytes) -> bool:
    """Whether a whole control sequence is a key, the mouse, the focus, a size or an answer the toolkit waits for."""
    if _PASSED.fullmatch(sequence):
        return True
    if coded := _CODED.fullmatch(sequence):
        return _is_key_code(int(coded[1])) and all(_is_text_code(int(c)) for c in (coded[2] or b"32").split(b":"))
    other = _OTHER.fullmatch(sequence)
    return other is not None and _is_key_code(int(other[1]))


def _utf_8_length(first: int) -> int:
    """How many bytes a character has that begins so; 0 where none does."""
    if first < 0x80:
        return 1
    return 2 if 0xC2 <= first <= 0xDF else 3 if 0xE0 <= first <= 0xEF else 4 if 0xF0 <= first <= 0xF4 else 0


class TerminalInput:
    """Cuts the bytes of a terminal into what the toolkit may read.

    Attributes:
        deadline: When `tick` is due, on the caller's clock; None while nothing is unfinished.
        saw_latin_1: Whether something that is not UTF-8 came; it was read as Latin-1.
    """

    def __init__(self) -> None:
        self.deadline: float | None = None
        self.saw_latin_1 = False
        self._held = bytearray()
        """What came and is not a whole key yet."""
        self._earlier = 0
        """How many of these bytes came before the last read."""
        self._string: int | None = None
        """The byte after Esc that began a string, while one lasts."""
        self._string_length = 0
        self._one_byte = False
        """Whether the sequence that is read began with one byte (C1) instead of Esc and a letter."""
        self._pasting = False

    def feed(self, data: bytes, now: float) -> bytes:
        """Take what was read.

        Args:
            data: What one read gave.
            now: Seconds on a clock that does not go back.

        Returns:
            What the toolkit may read of it and of what came before.
        """
        self._earlier = len(self._held)
        self._held += data
        passed = bytearray()
        while self._held and (piece := self._next()) is not None:
            passed += piece
        waits = bool(self._held) or self._string is not None
        self.deadline = now + REPORT_S if waits else now + PASTE_S if self._pasting else None
        return bytes(passed)

    def tick(self, now: float) -> bytes:
        """Give up what is not finished, if the deadline has passed: nothing followed in time.

        Returns:
            What the toolkit may read: Esc and the key after it where no report followed them, else nothing.
        """
        if self.deadline is None or now < self.deadline:
            return b""
        passed = self._given_up()
        return passed + self.feed(b"", now)

    def _given_up(self) -> bytes:
        string, self._string = self._string, None
        one_byte, self._one_byte = self._one_byte, False
        held = bytes(self._held)
        if string is not None:
            if not self._string_length and not one_byte:
                return _ESCAPE + bytes([string])
            self._held.clear()  # at most the Esc of an end that was cut off
            return b""
        if not held:
            self._pasting = False
            return _PASTED
        if held[0] != _ESC:  # the beginning of a character that never came
            return self._latin_1(len(held))
        self._held.clear()
        if self._pasting or one_byte:
            return b""
        return _ESCAPE + held[1:] if len(held) <= 2 else b""

    # --- one piece after the other -----------------------------------------------------------------------------------

    def _next(self) -> bytes | None:
        """The next piece that is whole, b"" for one that is dropped; None when more must come first."""
        if self._string is not None:
            return self._in_string()
        if self._held[0] != _ESC:
            return self._character()
        if len(self._held) == 1:
            return None
        second = self._held[1]
        if second == ord("["):
            return self._control_sequence()
        if self._pasting:
            return self._take(1, b"")
        if second in _STRINGS:
            self._string, self._string_length = second, 0
            return self._take(2, b"")
        if second == ord("O"):
            if len(self._held) == 2:
                return None
            known = self._held[2] in _SINGLE_SHIFT
            return self._take(3, bytes(self._held[:3])) if known else self._take(2, _ESCAPE + b"O")
        if second == ord("\r") and not self._earlier:
            return self._take(2, _ALT_ENTER)
        return self._take(1, _ESCAPE)

    def _take(self, length: int, passed: bytes) -> bytes:
        del self._held[:length]
        self._one_byte = self._one_byte and self._string is not None
        self._earlier = max(0, self._earlier - length)
        return passed

    def _in_string(self) -> bytes | None:
        """Drop a string up to its end: ST, or BEL, or what cancels it. An Esc that is no ST begins anew."""
        for place, byte in enumerate(self._held):
            if byte == _ESC:
                if len(self._held) == place + 1:
                    self._string_length += place
                    return self._take(place, b"") if place else None
                self._string = None
                return self._take(place + 2 if self._held[place + 1] == ord("\\") else place, b"")
            if byte in (_BEL, _CAN, _SUB) or (byte == _ST and self._one_byte):
                self._string = None
                return self._take(place + 1, b"")
        self._string_length += len(self._held)
        return self._take(len(self._held), b"")

    def _control_sequence(self) -> bytes | None:
        for place in range(2, len(self._held)):
            byte = self._held[place]
            if byte in (_ESC, _CAN, _SUB):
                return self._take(place + (byte != _ESC), b"")
            if 0x40 <= byte <= 0x7E:
                if byte == ord("[") and place == 2:
                    continue  # the Linux console's function keys have a letter more
                return self._whole(place + 1)
        if len(self._held) > _LONGEST:
            self._held[2:] = b"!"  # in no form that passes: it is dropped at its end
        return None

    def _whole(self, length: int) -> bytes | None:
        sequence = bytes(self._held[:length])
        if sequence == b"\x1b[M":  # the mouse in its oldest form: three bytes of any value follow
            return None if len(self._held) < 6 else self._take(6, b"")
        if sequence in (_PASTE, _PASTED):
            begins, was = sequence == _PASTE, self._pasting
            self._pasting = begins
            return self._take(length, sequence if begins != was else b"")
        return self._take(length, sequence if not self._pasting and _passes(sequence) else b"")

    def _character(self) -> bytes | None:
        first = self._held[0]
        length = _utf_8_length(first)
        if length == 1:
            silent = self._pasting and first < 0x20 and first not in b"\t\n\r"
            return self._take(1, b"" if silent else bytes([first]))
        for place in range(1, length):
            if place == len(self._held):
                return None
            if not 0x80 <= self._held[place] <= 0xBF:
                return self._latin_1(place)
        if not length:
            return self._latin_1(1)
        try:
            text = bytes(self._held[:length]).decode()
        except UnicodeDecodeError:
            return self._latin_1(length)
        return self._control(length, ord(text)) if "\x80" <= text <= "\x9f" else self._take(length, text.encode())

    def _control(self, length: int, code: int) -> bytes:
        """Read a control character of one byte as Esc and the letter it stands for (ECMA-48 §5.3); drop the others."""
        letter = code - 0x40
        if self._pasting or letter not in b"[O" + _STRINGS:
            return self._take(length, b"")
        self._held[:length] = bytes((_ESC, letter))
        self._one_byte = True
        return b""

    def _latin_1(self, length: int) -> bytes:
        """Read bytes that are no UTF-8 as what an older terminal means by them; its control characters are dropped."""
        if length == 1 and self._held[0] < 0xA0:
            return self._control(1, self._held[0])
        self.saw_latin_1 = True
        text = bytes(byte for byte in self._held[:length] if byte >= 0xA0).decode("latin-1")
        return self._take(length, text.encode())
