"""What is on the public network, and what is not."""

from __future__ import annotations

import pytest

from pipeline.addresses import is_private_literal, is_public


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.0.1",
        "172.16.0.1",
        "169.254.169.254",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "fe80::1%eth0",
        "fc00::1",
        "::ffff:127.0.0.1",
        "100.64.0.1",
        "words",
    ],
)
def test_these_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "::ffff:1.1.1.1"])
def test_these_are(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("url", "private"),
    [
        ("http://127.0.0.1:80/", True),
        ("http://[::1]/", True),
        ("http://localhost/", True),
        ("http://a.localhost/", True),
        ("http://example.org/", False),
        ("http://1.1.1.1/", False),
    ],
)
def test_a_literal_in_a_url_is_told(url: str, private: bool) -> None:
    assert private == is_private_literal(url)
