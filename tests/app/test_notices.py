"""The keys in the margin of the glass."""

from mirror.app.notices import IDLE_S, KEYS_S, Notices
from mirror.coach.language import load_language


def test_a_window_says_what_its_keys_do():
    """At the start; a mirror without a window says nothing."""
    notices = Notices(5.0, is_windowed=True)
    assert notices.banners(5.0) == ("keys.first", "keys.second")
    assert notices.banners(5.0 + KEYS_S) == ()
    assert Notices(5.0, is_windowed=False).banners(5.0) == ()


def test_a_key_that_did_nothing_says_so_for_a_while():
    """Before all else."""
    notices = Notices(0.0, is_windowed=True)
    notices.note("no-drill", 1.0)
    assert notices.banners(1.0) == ("keys.no-drill",)
    assert notices.banners(1.0 + IDLE_S) == ("keys.first", "keys.second")


def test_every_notice_has_its_text():
    """In the languages that are shipped."""
    for name in ("en", "de"):
        for key in ("first", "second", "unknown", "no-drill", "nothing-to-remember"):
            assert f"keys.{key}" in load_language(name).texts
