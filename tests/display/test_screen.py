"""Scenes on the glass: light where it was asked for, and nowhere else."""

from itertools import pairwise
from math import cos, inf, nan, pi, sin

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirror.config import ScreenSettings
from mirror.display.scene import AMBER, EMBER, GREY, ICE, WHITE, Dot, Line, Ring, Scene, Text
from mirror.display.screen import Screen, mode_for, open_screen
from mirror.errors import OutputError, ScreenError

# 200 mm across the diagonal of 400x300 pixels: 2.5 px to the mm.
SMALL = ScreenSettings(diagonal_in=500 / 2.5 / 25.4)
MIXED = Scene(
    (
        Line(((10, 10), (60, 80), (90, 20)), 3, WHITE),
        Ring((100, 60), 20, 2, ICE, 0.1, 0.6),
        Dot((140, 90), 4, EMBER),
        Text("7 reps", (20, 110), 12, AMBER),
    )
)


def screen(rotate: int = 0, panel: tuple[int, int] = (400, 300)) -> Screen:
    """An off-screen glass at 2.5 px to the mm."""
    settings = ScreenSettings(diagonal_in=SMALL.diagonal_in, rotate=rotate)
    return open_screen(settings, mode="offscreen", size=panel)


def drawn(*shapes: Line | Ring | Dot | Text) -> np.ndarray:
    """Brightness (300, 400) of a fresh glass with these shapes."""
    glass = screen()
    glass.draw(Scene(shapes))
    return glass.pixels().max(axis=2)


def test_an_empty_scene_is_pure_mirror():
    """No shapes, no light: also after something was there."""
    glass = screen()
    assert not glass.draw(Scene())
    assert glass.draw(MIXED)
    assert glass.pixels().any()
    assert glass.draw(Scene())
    assert not glass.pixels().any()


@given(
    x=st.floats(20, 140),
    y=st.floats(20, 100),
    width=st.floats(1, 8),
)
def test_millimetres_become_pixels(x, y, width):
    """The light of a dot sits at its millimetres and covers its area, to a pixel or 3 %."""
    light = np.float64(drawn(Dot((x, y), width, WHITE)) / 255) ** 2.2
    rows, columns = np.mgrid[0:300, 0:400] + 0.5
    assert (light * columns).sum() / light.sum() == pytest.approx(x * 2.5, abs=0.1)
    assert (light * rows).sum() / light.sum() == pytest.approx(y * 2.5, abs=0.1)
    assert light.sum() == pytest.approx(pi * (width * 2.5) ** 2, rel=0.03, abs=1.0)


@pytest.mark.parametrize("width_mm", [1.0, 2.0, 4.0])
def test_a_line_is_as_thick_as_asked(width_mm):
    """Across a slanted line the light adds up to its width, all along."""
    light = np.float64(drawn(Line(((20, 30), (140, 80)), width_mm, WHITE)) / 255) ** 2.2
    down = light[:, 100:300].sum(axis=0) * cos(np.arctan2(50, 120))
    assert down == pytest.approx(np.full(200, width_mm * 2.5), rel=0.06)


def test_joints_are_round_and_even():
    """Pieces and joints leave neither gap nor bulge: a bent line has one brightness along it."""
    bend = [(20.0, 100.0), (60.0, 30.0), (100.0, 100.0), (150.0, 60.0)]
    light = drawn(Line(tuple(bend), 3, WHITE))
    for (ax, ay), (bx, by) in pairwise(bend):
        for share in np.linspace(0, 1, 60):
            x, y = ax + (bx - ax) * share, ay + (by - ay) * share
            assert light[int(y * 2.5), int(x * 2.5)] == 255


def test_many_shapes_together_are_drawn_as_each_alone():
    """Strokes of all shapes are computed together; no shape takes light from another."""
    shapes = tuple(
        Line(((k % 150, 5 + k // 4), (k % 140 + 15, 110 - k // 4)), 0.5 + k % 7 * 0.8, colour)
        for k, colour in zip(range(300), (WHITE, ICE, EMBER) * 100, strict=True)
    )
    together, apart = screen(), np.zeros((300, 400, 3), np.uint8)
    together.draw(Scene(shapes))
    for shape in shapes:
        alone = screen()
        alone.draw(Scene((shape,)))
        np.maximum(apart, alone.pixels(), out=apart)
    assert (together.pixels() == apart).all()


def test_a_line_of_many_points_is_drawn_as_one_of_few():
    """Points that lie close together on a straight line change nothing."""
    ends = np.array([(12.3, 20.1), (140.7, 93.4)])
    dense = ends[0] + np.linspace(0, 1, 700)[:, None] * (ends[1] - ends[0])
    few, many = (
        drawn(Line(tuple(map(tuple, points.tolist())), 4)).astype(int) for points in (ends, dense)
    )
    assert np.abs(few - many).max() <= 2


def test_a_closed_line_comes_back():
    """The last point is joined to the first only where asked."""
    corner = ((20, 20), (80, 20), (80, 80))
    assert drawn(Line(corner, 2))[125, 125] == 0
    assert drawn(Line(corner, 2, closed=True))[125, 125] == 255


def test_a_ring_fills_clockwise_from_twelve():
    """A quarter ring lights the first quarter of the clock, and not the others."""
    light = drawn(Ring((80, 60), 40, 3, WHITE, 0.0, 0.25))
    for turn, lit in ((0.02, True), (0.12, True), (0.23, True), (0.3, False), (0.75, False)):
        x, y = 80 + 40 * sin(2 * pi * turn), 60 - 40 * cos(2 * pi * turn)
        assert bool(light[int(y * 2.5), int(x * 2.5)] > 200) is lit, turn
    assert light[150, 200] == 0, "the middle stays mirror"


def test_a_ring_is_round():
    """All light of a whole ring lies within its width around the radius, and all around it."""
    light = drawn(Ring((80, 60), 40, 3, WHITE))
    rows, columns = np.mgrid[0:300, 0:400] + 0.5
    away = np.abs(np.hypot(columns - 200, rows - 150) - 100)
    assert (light[away < 3.75 - 0.8] == 255).all()
    assert (light[away > 3.75 + 0.8] == 0).all()


def test_a_ring_of_no_sweep_is_nothing():
    """A meter at zero lights nothing."""
    assert not drawn(Ring((80, 60), 40, 3, WHITE, 0.0, 0.0)).any()


def test_light_only_adds():
    """Where shapes cross the brighter stays, whatever their order."""
    line, dot = Line(((20, 60), (140, 60)), 3, GREY), Dot((80, 60), 6, WHITE)
    assert (drawn(line, dot) == drawn(dot, line)).all()
    assert drawn(line, dot)[150, 200] == 255


@pytest.mark.parametrize("rotate", [90, 180, 270])
def test_a_turned_panel_shows_the_upright_frame_turned(rotate, tmp_path):
    """What goes to the panel is the upright picture, turned clockwise by the setting."""
    pygame = pytest.importorskip("pygame")
    upright = (300, 400)
    panel = upright if rotate == 180 else upright[::-1]
    glass = screen(rotate, panel)
    glass.draw(MIXED)
    glass.save(tmp_path / "panel.png", as_panel=True)
    glass.save(tmp_path / "upright.png")
    shown = pygame.surfarray.array3d(pygame.image.load(tmp_path / "panel.png")).swapaxes(0, 1)
    assert (shown == np.rot90(glass.pixels(), -rotate // 90)).all()
    kept = pygame.surfarray.array3d(pygame.image.load(tmp_path / "upright.png")).swapaxes(0, 1)
    assert (kept == glass.pixels()).all()
    assert (kept.shape[1], kept.shape[0]) == upright


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_changed_cells_are_enough_for_the_display(rotate):
    """After any run of scenes the display shows exactly the picture, though only parts are sent."""
    pygame = pytest.importorskip("pygame")
    glass = open_screen(
        ScreenSettings(diagonal_in=SMALL.diagonal_in, rotate=rotate),
        mode="windowed",
        size=(400, 300),
    )
    try:
        for step in range(6):
            moving = Line(((10 + 15 * step, 15), (90 - 9 * step, 100)), 2.5, WHITE)
            glass.draw(Scene((*MIXED.shapes[step % 2 :], moving)))
            glass.present()
            shown = pygame.surfarray.array3d(pygame.display.get_surface()).swapaxes(0, 1)
            assert (shown == np.rot90(glass.pixels(), -rotate // 90)).all()
    finally:
        glass.close()


def test_a_changed_scene_leaves_no_trace_of_the_last():
    """Drawing B after A gives the same pixels as B on a fresh glass."""
    crossing = Line(((10, 60), (150, 60)), 4, GREY)
    first = Scene((*MIXED.shapes, Ring((80, 60), 30, 5, ICE)))
    second = Scene((MIXED.shapes[0], crossing, Text("8 reps", (20, 110), 12, AMBER)))
    used, fresh = screen(), screen()
    used.draw(first)
    used.draw(second)
    fresh.draw(second)
    assert (used.pixels() == fresh.pixels()).all()


def test_an_unchanged_scene_is_not_drawn_again():
    """Equal scenes change nothing, even when built again or listed in another order."""
    glass = screen()
    assert glass.draw(MIXED)
    assert not glass.draw(Scene(tuple(MIXED.shapes)))
    assert not glass.draw(Scene(MIXED.shapes[::-1]))
    assert glass.changes == 1


@pytest.mark.parametrize("cap_mm", [10.0, 25.0, 41.0])
@pytest.mark.parametrize("weight", ["regular", "bold"])
def test_capitals_are_as_high_as_asked(cap_mm, weight):
    """The cap height in mm is met to a pixel."""
    light = drawn(Text("H", (50, 110), cap_mm, WHITE, weight=weight))
    rows = np.flatnonzero(light.max(axis=1) > 127)
    assert len(rows) == pytest.approx(cap_mm * 2.5, abs=1.01)
    assert rows[-1] + 1 == pytest.approx(110 * 2.5, abs=1)


def test_figures_are_equally_wide():
    """A running count does not jitter: any figure takes the same room."""
    glass = screen()
    widths = set()
    for figure in "0123456789":
        left, _, right, _ = glass.extent(Text(figure * 3, (10, 50), 20))
        widths.add(right - left)
    assert len(widths) == 1


@pytest.mark.parametrize(("anchor", "share"), [("left", 0.0), ("centre", 0.5), ("right", 1.0)])
def test_text_is_anchored_across(anchor, share):
    """The anchor is the left end, the middle or the right end of the text."""
    columns = np.flatnonzero(drawn(Text("HH", (80, 60), 12, anchor=anchor)).any(axis=0))
    width = columns[-1] - columns[0]
    assert columns[0] == pytest.approx(200 - share * width, abs=6)


@pytest.mark.parametrize(("vertical", "top"), [("baseline", 120), ("top", 150), ("middle", 135)])
def test_text_is_anchored_down(vertical, top):
    """The vertical anchor is the baseline, the top of the capitals, or their middle."""
    rows = np.flatnonzero((drawn(Text("H", (80, 60), 12, vertical=vertical)) > 127).any(axis=1))
    assert rows[0] == pytest.approx(top, abs=1)


def test_long_text_is_wrapped_and_stays_as_high():
    """Text wider than allowed is broken at spaces, its capitals unchanged."""
    glass = screen()
    text = Text("turn side on please", (10, 20), 10, max_width_mm=70)
    left, top, right, bottom = glass.extent(text)
    assert right - left <= 70
    assert bottom - top == pytest.approx(10 + 17.5, abs=1)


def test_a_long_word_is_made_smaller():
    """A word that cannot be broken shrinks until it fits."""
    glass = screen()
    left, top, right, bottom = glass.extent(
        Text("Kniebeugenmeister", (10, 20), 20, max_width_mm=100)
    )
    assert 90 < right - left <= 100
    assert bottom - top < 15


def test_a_newline_starts_a_new_line():
    """Lines are a pitch of 1.75 capitals apart."""
    light = drawn(Text("H\nH", (50, 40), 12)) > 127
    rows = np.flatnonzero(light.any(axis=1))
    assert rows[-1] - rows[0] == pytest.approx((12 + 21) * 2.5, abs=2)


ODD = [
    Line((), 3),
    Line(((nan, nan),), 3),
    Line(((50, 50), (50, 50)), 3, closed=True),
    Line(((-1e9, -1e9), (1e9, 1e9)), 3),
    Line(((-1e300, 50), (1e300, 50)), 3),
    Line(((0, 0), (inf, 10)), 3),
    Line(((10, 10), (20, 20)), nan),
    Line(((10, 10), (20, 20)), -1),
    Line(((10, 10), (20, 20)), 1e9),
    Ring((80, 60), 0, 3),
    Ring((80, 60), -5, 3),
    Ring((80, 60), nan, 3),
    Ring((80, 60), 1e8, 3),
    Ring((nan, 60), 10, 3, sweep=7),
    Ring((160, 120), 30, 3, sweep=-0.5),
    Dot((nan, 3), 5),
    Dot((0, 0), 30),
    Dot((1e12, -1e12), 5),
    Text("", (10, 10), 10),
    Text(" \n ", (10, 10), 10),
    Text("\u200b\nzero\n\u202e", (10, 60), 12),
    Text("over the edge", (150, 2), 12),
    Text("far away", (1e9, -1e9), 12),
    Text("nul\0 \U0001f600 ß", (10, 60), 12),
    Text("nan", (nan, 10), 12),
    Text("huge", (10, 10), 1e6),
    Text("thin", (10, 10), 12, max_width_mm=1e-3),
]


@pytest.mark.parametrize("shape", ODD, ids=repr)
def test_odd_shapes_neither_crash_nor_leave_a_trace(shape):
    """Anything may be asked for; what is left on the glass goes away with it."""
    glass = screen()
    glass.draw(Scene((shape, MIXED.shapes[0])))
    glass.draw(Scene((MIXED.shapes[0],)))
    assert (glass.pixels().max(axis=2) == drawn(MIXED.shapes[0])).all()


def test_points_that_are_no_number_are_skipped():
    """A landmark that was not seen leaves the rest of its line in place."""
    whole = drawn(Line(((20, 20), (140, 100)), 3))
    assert (drawn(Line(((20, 20), (nan, 50), (140, 100)), 3)) == whole).all()


def test_a_line_through_the_glass_is_drawn_where_it_crosses():
    """Ends far outside change nothing on the glass."""
    near = drawn(Line(((-20, 60), (200, 60)), 3))
    far = drawn(Line(((-2e6, 60), (2e6, 60)), 3))
    assert (near == far).all()
    assert (near[150] == 255).all()


def test_keys_and_the_wish_to_quit_come_as_words():
    """Key presses are named, other events are swallowed, and off-screen there are none."""
    pygame = pytest.importorskip("pygame")
    glass = open_screen(SMALL, mode="auto", size=(400, 300))
    try:
        glass.events()
        for kind, key in ((pygame.KEYDOWN, pygame.K_RIGHT), (pygame.KEYUP, pygame.K_RIGHT)):
            pygame.event.post(pygame.event.Event(kind, key=key))
        pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=pygame.K_ESCAPE))
        pygame.event.post(pygame.event.Event(pygame.QUIT))
        assert glass.events() == ["right", "escape", "quit"]
        assert not pygame.mouse.get_visible()
    finally:
        glass.close()
    assert glass.events() == []


def test_without_a_display_there_is_one_sentence(monkeypatch):
    """No display is a ScreenError; a second try and off-screen drawing still work."""
    monkeypatch.setenv("SDL_VIDEODRIVER", "no-such-driver")
    with pytest.raises(ScreenError, match=r"^No display can be opened \(.+\)\.$"):
        open_screen(SMALL)
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    open_screen(SMALL, size=(400, 300)).close()


def test_sdl_choosing_to_draw_nowhere_is_no_display(monkeypatch):
    """Where SDL finds no display and silently draws off-screen, that is an error."""
    for name in ("SDL_VIDEODRIVER", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    pygame = pytest.importorskip("pygame")
    monkeypatch.setattr(pygame.display, "get_driver", lambda: "offscreen")
    monkeypatch.setattr(pygame.display, "init", lambda: None)
    with pytest.raises(ScreenError, match="no display found"):
        open_screen(SMALL)


def test_closing_twice_is_harmless():
    """After closing, drawing and presenting go on without a display."""
    glass = open_screen(SMALL, mode="windowed", size=(400, 300))
    glass.close()
    glass.close()
    glass.draw(MIXED)
    glass.present()
    assert glass.pixels().any()


def test_an_image_that_cannot_be_saved_is_one_sentence(tmp_path):
    """A missing folder names the file."""
    with pytest.raises(OutputError, match=r"missing/glass\.png: the picture cannot be written"):
        screen().save(tmp_path / "missing" / "glass.png")


@pytest.mark.parametrize(("rotate", "panel"), [(0, (1080, 1920)), (90, (1920, 1080))])
def test_offscreen_stands_upright_by_default(rotate, panel):
    """Without a size the off-screen glass is 1080x1920 upright, for any turn of the panel."""
    glass = open_screen(ScreenSettings(rotate=rotate), mode="offscreen")
    assert (glass.glass.width_px, glass.glass.height_px) == (1080, 1920)
    assert glass.pixels().shape == (1920, 1080, 3)


@pytest.mark.parametrize(
    ("own", "modes", "driven"),
    [
        ((3840, 2160), [(3840, 2160), (1920, 1080), (1920, 1200), (1280, 720)], (1920, 1080)),
        ((2160, 3840), [(2160, 3840), (1080, 1920)], (1080, 1920)),
        ((3840, 2160), [(3840, 2160), (1024, 768)], (3840, 2160)),
        ((3840, 2160), -1, (3840, 2160)),
        ((1920, 1080), [(1920, 1080), (1280, 720)], (1920, 1080)),
        ((2560, 1440), [(2560, 1440), (1920, 1080)], (2560, 1440)),
    ],
)
def test_a_4k_panel_is_driven_at_1080p(own, modes, driven):
    """At one of its own modes, of its own shape; else, and every smaller panel, as it is."""
    assert mode_for(own, modes) == driven
