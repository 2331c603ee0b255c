import math

import pytest
from benches.altered import altered
from people import film, hinge, person, reps

from mirror.buttons import LONG
from mirror.coach.advance import advance
from mirror.coach.command import Command, Held
from mirror.coach.language import load_language
from mirror.coach.lifetimes import Stage
from mirror.coach.session import GRACE_S, start
from mirror.coach.sets import apply
from mirror.coach.stage import STAGES
from mirror.config import ScreenSettings
from mirror.display.glass import Glass
from mirror.display.scene import Line, Ring, Scene, Text
from mirror.display.screen import open_screen
from mirror.errors import MirrorError
from mirror.screens.apart import trouble
from mirror.screens.labels import Labels
from mirror.screens.layout import CAP_MM
from mirror.screens.router import PRECEDENCE, ScreenState, Situation, compose, route

ENGLISH = load_language("en")
SIZES = [(1080, 1920), (1920, 1080), (720, 1280), (1280, 720), (2160, 3840)]


def working(turn=0.0):
    """A session in the middle of its third rep."""
    session = start()
    for pose in film(reps(5), 9.5, turn=turn):
        session = advance(session, pose, pose.taken_at)
    return session


def texts(scene):
    """The texts on the glass."""
    return [shape.text for shape in scene.shapes if isinstance(shape, Text)]


def test_the_count_is_on_the_glass():
    """Two reps done: a large 2."""
    scene = compose(Situation(working()), Glass.of((1080, 1920), ScreenSettings()), ENGLISH)
    assert "2" in texts(scene)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("session", [working(), working(turn=40), advance(start(), person(), 0.0)])
def test_nothing_leaves_the_glass_or_overlaps(size, session):
    """Every text and line is inside, and no two texts cross."""
    screen = open_screen(ScreenSettings(), mode="offscreen", size=size)
    glass = screen.glass
    boxes = []
    for shape in compose(Situation(session), glass, ENGLISH).shapes:
        if isinstance(shape, Text):
            left, top, right, bottom = box = screen.extent(shape)
            boxes.append(box)
        elif isinstance(shape, Line):
            left, right = min(p[0] for p in shape.points), max(p[0] for p in shape.points)
            top, bottom = min(p[1] for p in shape.points), max(p[1] for p in shape.points)
        else:
            (x, y), r = shape.centre, shape.radius_mm
            left, top, right, bottom = x - r, y - r, x + r, y + r
        assert left >= 0, shape
        assert top >= 0, shape
        assert right <= glass.width_mm, shape
        assert bottom <= glass.height_mm, shape
    for i, a in enumerate(boxes):
        for b in boxes[i + 1 :]:
            assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


def test_type_is_large_enough_to_be_read_at_three_metres():
    """On a 32 inch glass no capitals are below 25 mm."""
    glass = Glass.of((1080, 1920), ScreenSettings(diagonal_in=32))
    scene = compose(Situation(working(turn=40)), glass, ENGLISH)
    caps = [shape.cap_mm for shape in scene.shapes if isinstance(shape, Text)]
    assert caps
    assert min(caps) >= CAP_MM - 0.2


def test_nobody_there_is_a_pure_mirror_after_a_while():
    """At first the count stays; after the grace period nothing shines."""
    glass = Glass.of((1080, 1920), ScreenSettings())
    session = working()
    assert route(Situation(start())) is ScreenState.GETTING_READY
    soon = advance(session, None, session.t + 1)
    assert "2" in texts(compose(Situation(soon), glass, ENGLISH))
    late = advance(session, None, session.t + GRACE_S + 0.1)
    assert compose(Situation(late), glass, ENGLISH) == Scene()


def test_the_figure_is_the_mirror_image_of_the_camera_frame():
    """A person who faces right in the frame faces left on the glass, as in a mirror."""
    glass = Glass.of((1080, 1920), ScreenSettings())
    session = working()
    trunk = max(
        (
            s
            for s in compose(Situation(session), glass, ENGLISH).shapes
            if isinstance(s, Line) and s.points[2:] == ()
        ),
        key=lambda s: s.width_mm * (s.points[0][0] != s.points[1][0]),
    )
    (hip_x, hip_y), (shoulder_x, shoulder_y) = trunk.points
    lean = math.degrees(math.atan2(hip_x - shoulder_x, hip_y - shoulder_y))
    assert lean == pytest.approx(session.posture.trunk_deg, abs=0.5)


def test_the_line_is_grey_where_nothing_can_be_judged():
    """Colour and words both say so."""
    glass = Glass.of((1080, 1920), ScreenSettings())
    scene = compose(Situation(working(turn=40)), glass, ENGLISH)
    assert ENGLISH.say("guidance.turn-side-on") in texts(scene)
    thick = {s.colour.name for s in scene.shapes if isinstance(s, Line) and s.width_mm > 3.5}
    assert "grey" in thick
    assert "white" not in thick


@pytest.mark.parametrize(("variation", "offered"), [("basic", True), ("sumo", False)])
def test_a_long_press_that_would_do_nothing_is_not_offered(variation, offered):
    """Facing the glass no range of the back can be taken; the other buttons keep their words."""
    session = start(variation)
    for pose in film(reps(0), 1.0):
        session = advance(session, pose, pose.taken_at)
    session = altered(session, chosen_s=session.t)
    labels = Labels("right", ("next", "previous", "select"), tuple(LONG))
    glass = Glass.of((1080, 1920), ScreenSettings())
    shown = texts(compose(Situation(session, labels=labels), glass, ENGLISH))
    assert (ENGLISH.say("button.hold-next") in shown) is offered
    assert ENGLISH.say("button.hold-previous") in shown


def test_trouble_says_what_is_wrong():
    """A ring with an exclamation mark, and the sentence; what begins with a file keeps its name."""
    glass = Glass.of((1080, 1920), ScreenSettings())
    scene = trouble("the camera is gone.", glass, ENGLISH)
    assert "The camera is gone." in texts(scene)
    assert "m.toml: is odd." in texts(trouble("m.toml: is odd.", glass, ENGLISH))
    assert any(isinstance(shape, Ring) for shape in scene.shapes)


HELD = Held("select", Command.SHUTDOWN, 0.6)
FAULT = MirrorError("the camera hangs.")
LABELS = Labels("right", ("next", "previous", "select"), tuple(LONG))


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"has_failed": True}, ScreenState.FAILED),
        ({"session": apply(start(), Command.SHUTDOWN)}, ScreenState.SHUTTING_DOWN),
        ({"held": HELD, "labels": LABELS}, ScreenState.HOLDING),
        ({"warning": "mirror.toml is broken."}, ScreenState.WARNING),
        ({"fault": FAULT}, ScreenState.TROUBLE),
        ({"misfit": FAULT}, ScreenState.MISFIT),
    ],
)
def test_what_is_most_urgent_is_shown(changes, state):
    """Each alone, and with all that is less urgent."""
    order = [one for one, _ in PRECEDENCE]
    urgent = {
        "warning": ("mirror.toml is broken.", ScreenState.WARNING),
        "fault": (FAULT, ScreenState.TROUBLE),
        "misfit": (FAULT, ScreenState.MISFIT),
    }
    less = {k: v for k, (v, one) in urgent.items() if order.index(one) > order.index(state)}
    glass = Glass.of((1080, 1920), ScreenSettings())
    for situation in (
        Situation(**{"session": start(), **changes}),
        Situation(**{"session": start(), **less, **changes}),
    ):
        assert route(situation) is state
        assert compose(situation, glass, ENGLISH).shapes


def test_every_state_has_its_place_in_the_order():
    """Urgent or a stage, and not both; the last stage holds always."""
    urgent = [state for state, _ in PRECEDENCE]
    stages = [ScreenState(stage.value) for stage in Stage]
    assert sorted(urgent + stages, key=str) == sorted(ScreenState, key=str)
    assert {stage for stage, _ in STAGES} == set(Stage)
    assert STAGES[-1][1](start())


def after_three(turn_after_s, seconds, *, bow_at=99.0):
    """Three reps, and standing on; the person turns to the glass, and may bow again."""
    session, motion = start(), reps(3)
    for k in range(int((12 + seconds) * 15)):
        t = k / 15
        end = session.reps[-1].end_s if len(session.reps) == 3 else t
        turn = 40 if t - end > turn_after_s and t < 12 + bow_at else 0
        angles = hinge(min(1.0, t - 12 - bow_at)) if t > 12 + bow_at else motion(t)
        session = advance(session, person(t, *angles, turn=turn), t)
        yield t - end, route(Situation(session)), session


def test_turning_to_the_glass_keeps_the_result():
    """From 3 s after the last rep it is the rest; no doubt takes its place, a bow does."""
    film = list(after_three(1.0, 20.0, bow_at=15.0))
    turned = [state for since_s, state, s in film if since_s > 4.0 and s.t < 12 + 15]
    assert set(turned) == {ScreenState.REST}
    assert ScreenState.WORKING in [state for _, state, s in film if s.t > 12 + 15]


def test_the_replay_stays_for_a_person_who_does_not_turn():
    """Side-on it is shown for its whole time."""
    film = list(after_three(99.0, 6.0))
    assert {state for since_s, state, _ in film if 3.0 < since_s < 7.0} == {ScreenState.FINISHED}
