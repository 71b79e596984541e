"""Bytes are read in the encoding that they are in, whatever they are called."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.decoding import decode_page

FRENCH = "<p>Le café où l’été s’achève — cœur, naïveté, déjà vu, œuvre, garçon, élève, forêt.</p>" * 5
RUSSIAN = "<p>Портовое управление написало девять писем, и каждое вернулось с новой печатью.</p>" * 5
GREEK = "<p>Το λιμεναρχείο έγραψε εννέα γράμματα και το καθένα γύρισε με άλλη σφραγίδα.</p>" * 5
JAPANESE = "<p>港湾局は九通の手紙を書いたが、どれも違う印を押されて戻ってきた。</p>" * 5
CHINESE = "<p>港务局写了九封信，每一封都盖着不同的印章退了回来，包括朱镕写的那封。</p>" * 5
TAIWANESE = "<p>港務局寫了九封信，每一封都蓋著不同的印章退了回來。</p>" * 5
POLISH = "<p>Zarząd portu napisał dziewięć listów, a każdy wrócił z inną pieczęcią, żółtą.</p>" * 5


def meta(charset: str) -> bytes:
    return f"<meta charset='{charset}'>".encode()


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        pytest.param(FRENCH.encode("cp1252"), "text/html; charset=iso-8859-1", FRENCH, id="windows-1252 called latin-1 by the header"),
        pytest.param(meta("iso-8859-1") + FRENCH.encode("cp1252"), "text/html", FRENCH, id="by the meta"),
        pytest.param(meta("windows-1251") + RUSSIAN.encode("cp1251"), "text/html", RUSSIAN, id="meta"),
        pytest.param(meta("gb2312") + CHINESE.encode("gbk"), "text/html", CHINESE, id="GBK called gb2312"),
        pytest.param(meta("shift_jis") + JAPANESE.encode("cp932"), None, JAPANESE, id="Shift-JIS"),
        pytest.param(meta("iso-2022-jp") + JAPANESE.encode("iso-2022-jp"), None, JAPANESE, id="ISO-2022-JP"),
        pytest.param(b"\xef\xbb\xbf" + FRENCH.encode(), "text/html; charset=iso-8859-1", FRENCH, id="byte order mark against header"),
        pytest.param(RUSSIAN.encode("utf-16"), "text/html; charset=utf-8", RUSSIAN, id="UTF-16"),
        pytest.param(b"\xfe\xff" + RUSSIAN.encode("utf-16-be"), None, RUSSIAN, id="UTF-16, big end first"),
        pytest.param(RUSSIAN.encode(), "text/html; charset=iso-8859-1", RUSSIAN, id="wrong header: UTF-8"),
        pytest.param(meta("iso-8859-1") + RUSSIAN.encode(), None, RUSSIAN, id="wrong meta: UTF-8"),
        pytest.param(meta("windows-1251") + RUSSIAN.encode("cp1251"), "text/html; charset=utf-8", RUSSIAN, id="wrong header, right meta"),
        pytest.param(meta("utf-8") + RUSSIAN.encode("cp1251"), None, RUSSIAN, id="wrong meta: windows-1251"),
        pytest.param(RUSSIAN.encode() + b"\xff", "text/html; charset=utf-8", RUSSIAN, id="UTF-8 with a bad byte"),
        pytest.param(RUSSIAN.encode() + b"\xff" + RUSSIAN.encode(), None, RUSSIAN, id="UTF-8 with a bad byte, undeclared"),
        *(
            pytest.param(text.encode(encoding), None, text, id=f"{encoding}, undeclared")
            for text, encoding in [
                (FRENCH, "utf-8"), (FRENCH, "cp1252"), (POLISH, "cp1250"), (POLISH, "iso8859-2"), (RUSSIAN, "koi8-r"), (RUSSIAN, "cp1251"),
                (GREEK, "cp1253"), (JAPANESE, "cp932"), (JAPANESE, "euc-jp"), (CHINESE, "gbk"), (TAIWANESE, "big5"),
            ]
        ),
        pytest.param(b"<p>a\x00b</p>", None, "<p>ab</p>", id="NUL"),
        pytest.param(meta("klingon") + b"<p>x</p>", None, "<p>x</p>", id="an encoding that does not exist"),
    ],
)  # fmt: skip
def test_bytes_are_read_as_what_they_are(body: bytes, content_type: str | None, expected: str) -> None:
    assert expected in decode_page(body, content_type)


@given(
    st.binary(max_size=200),
    st.sampled_from([None, "text/html", "text/html; charset=utf-16", "text/html; charset=shift_jis", ";;charset=="]),
)
def test_any_bytes_are_some_text(body: bytes, content_type: str | None) -> None:
    assert "\x00" not in decode_page(body, content_type)
