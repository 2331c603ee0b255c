"""The stick and the string: when they are held, their measures, and their faults."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest
from people import SIZE, TRUNK, person

from mirror.figure.body import BODIES
from mirror.figure.motion import Motion, Plan, stick_line
from mirror.figure.viewpoint import Viewpoint as Camera
from mirror.hinge.drills.drill import REASONS, RED, RED_CM, Drill, Reading, step
from mirror.hinge.drills.hands import Unready
from mirror.hinge.drills.stick import ASIDE_CM, Stick, stick
from mirror.hinge.drills.string import String, string
from mirror.hinge.measure.contour import Axis, Contour, T, edges
from mirror.hinge.measure.pose import Mark, Pose
from mirror.hinge.measure.posture import Measuring, Posture, measure
from mirror.hinge.measure.rounding import Flexion
from mirror.hinge.measure.view import View
from mirror.simulator.camera import Figure

PX_PER_CM = TRUNK / 50
LOW, NECK, HANGING = (0.28, 0.2), (1.15, 0.1), (0.0, -0.02)
COLLAR, NAVEL = (0.95, -0.22), (0.15, -0.24)
Hand = tuple[float, float]


@dataclass(frozen=True)
class Held:
    """Where the hands are: along the trunk and behind it, in trunk lengths, with visibility."""

    near: Hand
    far: Hand
    near_seen: float = 0.9
    far_seen: float = 0.9
    trunk: float = 0.0
    low_back: float = 0.0
    """How far the low back stands out, trunk lengths."""
    facing: int = 1
    scale: float = 1.0
    shift: tuple[float, float] = (0.0, 0.0)


def axis_of(pose: Pose, facing: int) -> Axis:
    """The trunk line of a flat person."""
    ends = [pose.points[[a, a + 1]].mean(axis=0) for a in (Mark.LEFT_HIP, Mark.LEFT_SHOULDER)]
    (hx, hy), (sx, sy) = ends
    return Axis((float(hx), float(hy)), (float(sx), float(sy)), facing)


def held(how: Held, t: float = 0.0) -> Pose:
    """A pose with its hands in place and a mask of the trunk: .2 to the back, .22 to the front."""
    at = (240.0 + how.shift[0], 560.0 + how.shift[1])
    pose = person(t, trunk=how.trunk, facing=how.facing, at=at, scale=how.scale)
    axis = axis_of(pose, how.facing)
    near = Mark.LEFT_WRIST if how.facing < 0 else Mark.RIGHT_WRIST
    far = Mark.LEFT_WRIST + Mark.RIGHT_WRIST - near
    for wrist, place, seen in ((near, how.near, how.near_seen), (far, how.far, how.far_seen)):
        for mark in (wrist, wrist + 2, wrist + 4, wrist + 6):
            pose.points[mark] = axis.place(np.array([place[0]]), np.array([place[1]]))[0]
            pose.visibility[mark] = seen
        # The elbow out to the side: in the frame it lies on the trunk.
        pose.points[wrist - 2] = axis.place(np.array([0.7]), np.array([0.0]))[0]
    y, x = np.mgrid[0 : SIZE[1], 0 : SIZE[0]] + 0.5
    along = np.array(axis.shoulder) - np.array(axis.hip)
    dorsal = np.array([along[1], -along[0]]) * how.facing
    dx, dy = x - axis.hip[0], y - axis.hip[1]
    place = (dx * along[0] + dy * along[1]) / axis.length**2
    behind = (dx * dorsal[0] + dy * dorsal[1]) / axis.length**2
    back = 0.2 + how.low_back * np.exp(-(((place - 0.25) / 0.12) ** 2))
    soft = np.minimum(back - behind, behind + 0.22) * axis.length + 0.5
    mask = np.clip(soft, 0, 1) * ((place > -0.2) & (place < 1.2))
    return replace(pose, mask=mask.astype(np.float32))


def see(drill: str, how: Held) -> Stick | String | Unready:
    """The reading of a drill in one frame."""
    pose = held(how)
    axis = axis_of(pose, how.facing)
    contour = edges(pose, axis)
    assert contour is not None
    where = (axis.hip, axis.shoulder, axis.facing)
    if drill == "stick":
        return stick(pose, contour, *where, PX_PER_CM * how.scale)
    return string(pose, contour, *where)


STICK = Held(LOW, NECK)
STRING = Held(NAVEL, COLLAR)


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        (Held(HANGING, HANGING), "hand-behind-low-back"),
        (Held((0.1, 0.0), (0.1, 0.0)), "hand-behind-low-back"),  # hands on hips
        (Held(LOW, HANGING), "hand-behind-neck"),
        (Held(HANGING, LOW), "hand-behind-neck"),
        (Held(NECK, HANGING), "hand-behind-low-back"),
        (Held((0.28, -0.2), NECK), "hand-behind-low-back"),  # before the trunk
        (Held(LOW, LOW), "hand-behind-neck"),
    ],
)
def test_a_stick_that_is_not_held_names_the_hand_that_is_missing(how: Held, reason: str) -> None:
    """Without one hand at the low back and one at the neck there is no stick drill."""
    assert see("stick", how) == Unready(reason)
    assert reason in REASONS


def test_either_hand_may_be_the_low_one() -> None:
    """The stick is held with the near hand low or with the far hand low."""
    for how in (Held(LOW, NECK), Held(NECK, LOW)):
        seen = see("stick", how)
        assert isinstance(seen, Stick)
        assert seen.confidence == 1.0


@pytest.mark.parametrize("near", [LOW, NECK])
def test_a_hand_hidden_behind_the_body_lowers_the_confidence(near: Hand) -> None:
    """A far hand that the model only guesses does not deny the drill, but is not taken as seen."""
    seen = see("stick", Held(near, HANGING, far_seen=0.1))
    assert isinstance(seen, Stick)
    assert 0.7 <= seen.confidence < 1.0


@pytest.mark.parametrize(
    "how",
    [
        Held(HANGING, HANGING),
        Held(NAVEL, HANGING),
        Held((0.15, -0.5), COLLAR),  # held out before the belly
        Held(NAVEL, (0.95, -0.45)),
        Held(LOW, NECK),
    ],
)
def test_a_string_needs_both_hands_on_the_trunk(how: Held) -> None:
    """Hands elsewhere, or off the trunk by more than three centimetres, hold no string."""
    assert see("string", how) == Unready("hands-on-your-trunk")


def test_an_upper_hand_that_the_body_hides_is_taken_to_be_in_its_place() -> None:
    """The model draws it at the lower hand; but a near hand that hangs holds no string."""
    seen = see("string", Held(NAVEL, NAVEL, far_seen=0.02))
    assert isinstance(seen, String)
    known = see("string", Held(NAVEL, (0.95, -0.22)))
    assert np.array(seen.hands) == pytest.approx(np.array(known.hands), abs=2.0)
    hangs = see("string", Held(HANGING, HANGING, far_seen=0.02))
    assert hangs == Unready("hands-on-your-trunk")


def test_the_string_is_the_distance_of_the_hands() -> None:
    """Its ends are the middles of the hands, upper first, and its length is theirs, in pixels."""
    seen = see("string", STRING)
    assert isinstance(seen, String)
    assert seen.hands[0][1] < seen.hands[1][1]
    expected = TRUNK * math.hypot(COLLAR[0] - NAVEL[0], COLLAR[1] - NAVEL[1])
    assert seen.hands_px == pytest.approx(expected)
    assert seen.reach_px == pytest.approx(TRUNK * math.hypot(1 - NAVEL[0], NAVEL[1]))


def test_a_lower_hand_on_the_far_side_is_not_sure() -> None:
    """With the lower hand away from the camera there is a string, but no verdict."""
    seen = see("string", Held(COLLAR, NAVEL))
    assert isinstance(seen, String)
    assert seen.confidence < 0.7


def test_the_outline_is_measured_in_centimetres() -> None:
    """The back of the built trunk lies ten centimetres behind its line, a low back more."""
    seen = see("stick", replace(STICK, near=NECK, far=LOW, far_seen=0.1, low_back=0.06))
    assert isinstance(seen, Stick)
    assert seen.upper == pytest.approx(10.0, abs=0.2)
    assert seen.hand == pytest.approx(12.5, abs=0.4)
    assert seen.low == pytest.approx(seen.hand)


@pytest.mark.parametrize("drill", ["stick", "string"])
@pytest.mark.parametrize(
    "change",
    [
        {"facing": -1},
        {"shift": (30.0, -22.0)},
        {"scale": 0.8},
        {"trunk": 45.0},
    ],
)
def test_mirror_shift_scale_and_lean_change_nothing(drill: str, change: dict) -> None:
    """What is measured of a person does not depend on where and how large it is seen."""
    how = STRING if drill == "string" else replace(STICK, low_back=0.04)
    scale = change.get("scale", 1.0)
    a, b = see(drill, how), see(drill, replace(how, **change))
    if isinstance(a, Stick):
        assert isinstance(b, Stick)
        assert (b.hand, b.upper) == pytest.approx((a.hand, a.upper), abs=0.3)
    else:
        assert isinstance(a, String)
        assert isinstance(b, String)
        assert b.hands_px / scale == pytest.approx(a.hands_px)
        assert b.reach_px / scale == pytest.approx(a.reach_px)
    assert a.confidence == b.confidence


def posture_of(pose: Pose, memory: Measuring, t: float) -> tuple[Measuring, Posture]:
    """Measure a pose that can be measured."""
    memory, posture = measure(memory, pose, t, None)
    assert isinstance(posture, Posture)
    return memory, posture


def follow(
    drill: str, at: Callable[[float], Held], seconds: float, stand_s: float = 1.0, fps: float = 10
) -> list[Reading]:
    """Readings of a person who stands for `stand_s` seconds and then follows the poses.

    The rounding of the back is not known.
    """
    memory, measuring, readings = Drill(), Measuring(), []
    for k in range(int(seconds * fps)):
        t = k / fps
        pose = held(at(t), t)
        measuring, posture = posture_of(pose, measuring, t)
        contour = edges(pose, Axis(posture.hip, posture.shoulder, posture.facing))
        posture = replace(posture, back=None)
        memory, reading = step(
            drill, memory, pose, contour, posture, PX_PER_CM, is_standing=t < stand_s
        )
        assert memory.reading is reading
        readings.append(reading)
    return readings


def test_there_is_no_value_before_the_baseline_is_known() -> None:
    """The change from standing is given only after some frames of standing."""
    readings = follow("stick", lambda t: STICK, 1.0)
    assert readings[0].ready
    assert readings[0].reason == "stand-still"
    assert readings[0].value is None
    assert readings[-1].value == pytest.approx(0.0, abs=0.3)
    assert readings[-1].level == "good"
    assert readings[-1].reason is None


def test_a_low_back_that_comes_out_takes_the_stick_off_the_pelvis() -> None:
    """A rise of four centimetres is a fault; one of a centimetre is none."""
    for rise_cm, fault in ((4.0, "stick-off"), (1.0, None)):
        out = rise_cm / 50

        def at(t: float, out: float = out) -> Held:
            return replace(STICK, near=NECK, far=LOW, low_back=out if t > 1 else 0.0)

        last = follow("stick", at, 2.2)[-1]
        assert last.fault == fault
        assert last.value is not None
        assert (last.value > RED_CM) == (fault is not None)
        assert fault in (None, "stick-off", "string-slack")


def test_the_drawn_dowel_stands_off_by_the_gap() -> None:
    """It touches the pelvis of a good back, and leaves it by the gap where the back rounds."""

    def at(t: float) -> Held:
        return replace(STICK, near=NECK, far=LOW, low_back=0.08 if t > 1 else 0.0)

    readings = follow("stick", at, 2.2)
    axis = axis_of(held(STICK), 1)
    for reading in (readings[9], readings[-1]):
        assert reading.points is not None
        low, high = reading.points
        assert low[1] > high[1]
        share = (axis.hip[1] - 0.05 * TRUNK - low[1]) / (high[1] - low[1])
        x = low[0] + share * (high[0] - low[0])
        gap_cm = (axis.hip[0] - 0.2 * TRUNK - x) / PX_PER_CM
        assert gap_cm == pytest.approx(reading.value, abs=0.6)


def test_a_string_that_shortens_is_a_fault_only_after_a_while() -> None:
    """Slack of a moment is none; slack that lasts is a fault, and ends when it is tight again."""
    loose = replace(STRING, near=(0.29, -0.24))

    def at(t: float) -> Held:
        return loose if 1.5 < t < 3.0 else STRING

    readings = follow("string", at, 4.0)
    faults = [reading.fault for reading in readings]
    first = faults.index("string-slack") / 10
    assert 1.8 <= first < 2.3
    assert readings[-1].fault is None
    assert readings[-1].value == pytest.approx(1.0, abs=0.01)
    slack = readings[29]
    assert slack.value is not None
    assert slack.value < RED
    assert slack.level == "red"
    assert 0 < slack.slack <= 1


def test_a_lost_hand_is_not_slack() -> None:
    """A string that is far shorter than any back can make it was dropped: no verdict."""
    lost = replace(STRING, near=(0.4, -0.24), far=(0.62, -0.22))
    last = follow("string", lambda t: lost if t > 1 else STRING, 2.5)[-1]
    assert not last.ready
    assert last.reason == "hands-on-your-trunk"
    assert last.fault is None


def test_no_verdict_where_the_string_is_not_sure() -> None:
    """A lower hand that is far or faint: the reading says what would help and judges nothing."""
    unclear = replace(STRING, near_seen=0.4)
    for how, reason in ((Held(COLLAR, NAVEL), "lower-hand-near"), (unclear, "hand-unclear")):
        for reading in follow("string", lambda t, how=how: how, 1.0):
            assert reading.ready
            assert reading.reason == reason
            assert reading.level is None
            assert reading.fault is None
        assert reason in REASONS


def with_line(pose: Pose, low: float, high: float) -> Pose:
    """The pose with a stick that lies so many trunk lengths behind pelvis and upper back."""
    axis = axis_of(pose, 1)
    ends = axis.place(np.array([0.0, 0.85]), np.array([low, high]))
    (a, b), (c, d) = ends.tolist()
    return replace(pose, stick=((a, b), (c, d)))


def follow_line(how: Held, low: Callable[[float], float | None]) -> list[Reading]:
    """Readings where the frame shows a stick at this depth behind the pelvis, or none."""
    memory, measuring, readings = Drill(), Measuring(), []
    for k in range(24):
        t, pose = k / 10, held(how, k / 10)
        depth = low(t)
        pose = pose if depth is None else with_line(pose, depth, 0.2)
        measuring, posture = posture_of(pose, measuring, t)
        contour = edges(pose, axis_of(pose, 1))
        memory, reading = step(
            "stick", memory, pose, contour, posture, PX_PER_CM, is_standing=t < 1.0
        )
        readings.append(reading)
    return readings


def test_a_stick_in_the_frame_gives_its_own_gap() -> None:
    """Its line off the pelvis by five centimetres is a fault, and drawn; the outline stays."""
    readings = follow_line(STICK, lambda t: 0.2 if t < 1 else 0.3)
    assert readings[9].value == pytest.approx(0.0, abs=0.1)
    assert readings[-1].fault == "stick-off"
    assert readings[-1].value == pytest.approx(5.0 - ASIDE_CM, abs=0.2)
    assert readings[-1].points == with_line(held(STICK), 0.3, 0.2).stick


def test_a_stick_in_the_frame_needs_no_hands() -> None:
    """A stick that is seen along the back is held, wherever the model puts the hands."""
    last = follow_line(Held(HANGING, HANGING), lambda t: 0.2)[-1]
    assert last.ready
    assert last.level == "good"
    assert last.confidence == 1.0


def test_without_the_stick_the_outline_goes_on() -> None:
    """A stick that is lost down the hinge leaves the verdict to the outline and the hand."""
    last = follow_line(replace(STICK, near=NECK, far=LOW), lambda t: 0.2 if t < 1.2 else None)[-1]
    assert last.ready
    assert last.level == "good"
    assert last.value == pytest.approx(0.0, abs=0.3)


def follow_back(at: Callable[[float], Held], deg: Callable[[float], float]) -> list[Reading]:
    """Readings of a string where the back is seen, too, and rounds by so many degrees."""
    memory, measuring, readings = Drill(), Measuring(), []
    for k in range(30):
        t, pose = k / 10, held(at(k / 10), k / 10)
        measuring, posture = posture_of(pose, measuring, t)
        assert posture.back is not None
        back = replace(posture.back, flexion=Flexion(deg(t), 0.0), confidence=1.0)
        posture = replace(posture, back=back)
        memory, reading = step(
            "string", memory, pose, back.contour, posture, PX_PER_CM, is_standing=t < 1.0
        )
        readings.append(reading)
    return readings


def test_hands_that_wander_on_a_straight_back_are_no_slack() -> None:
    """The back is seen beside the string, and a string can't be slack over a straight back."""
    wandering = replace(STRING, near=(0.3, -0.24))
    readings = follow_back(lambda t: wandering if t > 1 else STRING, lambda t: 0.0)
    assert all(reading.fault is None for reading in readings)
    assert readings[-1].level == "good"


@pytest.mark.parametrize("hand", [{"near_seen": 0.4}, {"near": (0.75, 0.1)}])
def test_a_hand_lost_down_the_hinge_leaves_the_string_to_the_back(hand: dict) -> None:
    """A moment without the lower hand is judged by the back: rounded by 30 degrees it is slack."""
    lost = replace(STRING, **hand)
    for deg, fault in ((30.0, "string-slack"), (3.0, None)):
        readings = follow_back(
            lambda t: lost if t > 1.2 else STRING, lambda t, deg=deg: deg if t > 1.2 else 0.0
        )
        assert readings[20].fault == fault
        assert readings[20].level == ("red" if fault else "good")


def test_a_far_hand_behind_the_body_leaves_the_string_to_the_back() -> None:
    """From the side the body hides one hand: the near one on the trunk is enough."""
    hidden = replace(STRING, far=(0.3, 0.3), far_seen=0.02)
    readings = follow_back(lambda t: hidden, lambda t: 35.0 if t > 1.5 else 0.0)
    assert readings[12].level == "good"
    assert readings[-1].fault == "string-slack"


def test_a_string_that_was_let_go_is_no_drill() -> None:
    """Hands off the trunk for more than a second end the verdicts."""
    gone = replace(STRING, near=(0.75, 0.1))
    readings = follow_back(lambda t: gone if t > 1.2 else STRING, lambda t: 3.0)
    assert not readings[-1].ready
    assert readings[-1].reason == "hands-on-your-trunk"


def test_another_choice_begins_again() -> None:
    """The baseline of one drill is not that of another; without a drill there is nothing."""
    pose = held(STICK)
    _, posture = posture_of(pose, Measuring(), 0.0)
    contour = edges(pose, axis_of(pose, 1))
    memory = Drill()
    for _ in range(6):
        memory, reading = step("stick", memory, pose, contour, posture, PX_PER_CM, is_standing=True)
    assert reading.value is not None
    memory, reading = step("string", memory, pose, contour, posture, PX_PER_CM, is_standing=False)
    assert memory.name == "string"
    assert memory.baseline is None
    assert reading == Reading(reason="hands-on-your-trunk")
    memory, reading = step(None, memory, pose, contour, posture, PX_PER_CM, is_standing=True)
    assert (memory, reading) == (Drill(), Reading())


def test_a_drill_needs_side_view_and_an_outline() -> None:
    """Turned away, or without a mask, the drill says what would help and judges nothing."""
    pose = held(STICK)
    _, posture = posture_of(pose, Measuring(), 0.0)
    contour = edges(pose, axis_of(pose, 1))
    turned = replace(posture, view=View.OBLIQUE)
    _, reading = step("stick", Drill(), pose, contour, turned, PX_PER_CM, is_standing=True)
    assert reading.reason == "turn-side-on"
    _, reading = step("stick", Drill(), pose, None, posture, PX_PER_CM, is_standing=True)
    assert not reading.ready
    assert reading.reason in REASONS


def figure_of(arms: str, kind: str, body: int, yaw: float) -> tuple[Figure, float]:
    """A figure with a drill's arms, and the time of the bottom of its first rep."""
    plan = Plan(mix={kind: 1.0}, reps=1, hip_deg=(80, 80), rounding_deg=(30, 30))
    motion = Motion(1, plan=plan, body=BODIES[body], arms=arms)
    view = Camera.framing(motion.body.height_m, SIZE, yaw)
    return Figure(motion, view=view), motion.reps_between(0, 20)[0].bottom_s


def truth_of(figure: Figure, t: float, facing: int) -> tuple[Pose, Axis, Contour]:
    """A pose of true landmarks, with the true outline of the bare trunk as its contour."""
    pose = Pose(figure.points(t), np.ones(33), np.zeros((33, 3)), None, SIZE, t)
    axis = axis_of(pose, facing)
    along = np.array(axis.shoulder) - np.array(axis.hip)
    dorsal = np.array([along[1], -along[0]]) * facing
    outlines = []
    for skin in figure.motion.skeleton(t).skin():
        way = figure.view.project(skin)[:, :2] - np.array(axis.hip)
        place, depth = way @ along / axis.length**2, way @ dorsal / axis.length**2
        outlines.append(np.interp(T, place, depth))
    # A real outline contains the hands that lie on the belly.
    return pose, axis, Contour(outlines[0], 0.08 - outlines[1], 1.0)


@pytest.mark.parametrize("body", range(0, 8, 2))
@pytest.mark.parametrize(("yaw", "facing"), [(0.0, 1), (180.0, -1)])
def test_true_landmarks_of_the_figure_separate_rounded_from_neutral(
    body: int, yaw: float, facing: int
) -> None:
    """Both drills see a back that rounds by 30 degrees, and none in a neutral hinge."""
    for arms, neutral, rounded in (
        ("stick", (-1.5, 1.6), (2.2, 12)),
        ("string", (0.9, 1.1), (0.6, 0.9)),
    ):
        for kind, (low, high) in (("neutral", neutral), ("rounded", rounded)):
            figure, bottom = figure_of(arms, kind, body, yaw)
            px_per_cm = figure.view.px_per_m / 100
            values = []
            for t in (0.0, bottom):
                pose, axis, contour = truth_of(figure, t, facing)
                where = (axis.hip, axis.shoulder, axis.facing)
                if arms == "stick":
                    seen = stick(pose, contour, *where, px_per_cm)
                    assert isinstance(seen, Stick)
                    values.append(seen.hand)
                else:
                    span = string(pose, contour, *where)
                    assert isinstance(span, String)
                    values.append(span.hands_px)
            change = values[1] - values[0] if arms == "stick" else values[1] / values[0]
            assert low < change < high


@pytest.mark.parametrize("body", range(8))
def test_the_figures_stick_leaves_the_pelvis_when_the_back_rounds(body: int) -> None:
    """The stick touches the back all through a neutral hinge, and comes off the pelvis else."""

    def gap_cm(figure: Figure, t: float) -> float:
        k = figure.motion.skeleton(t)
        low, high = stick_line(k)
        line = (high - low) / np.linalg.norm(high - low)
        off = (k.skin()[0] - low) @ np.array([-line[1], line[0], 0.0])
        assert off.max() < 0.002  # it does not cut into the back
        return -100 * float(off[:2].mean())

    for kind, most, least in (("neutral", 2.0, -1.0), ("rounded", 12.0, 3.0)):
        figure, bottom = figure_of("stick", kind, body, 0.0)
        change = gap_cm(figure, bottom) - gap_cm(figure, 0.0)
        assert least < change < most
