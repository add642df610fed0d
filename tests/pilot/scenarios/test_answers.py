"""How outputs are read: crafted outputs whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from chainmend.pilot.finding import scenarios
from chainmend.pilot.scenarios import nameplate_text
from chainmend.pilot.scenarios.screening import features
from chainmend.pilot.trial import Model

MODEL = Model("m", ("", ""), "m", "", "", "float32", "m", ())
SCENARIOS = scenarios()


def test_words_of_one_line_are_one_line() -> None:
    score = np.zeros((1, 1, 320, 480), np.float32)
    score[..., 40:60, 20:100] = 0.9
    score[..., 42:62, 140:300] = 0.9  # a second word of the same line
    score[..., 120:140, 20:200] = 0.9
    score[..., 200:203, 20:30] = 0.9  # a speck
    assert SCENARIOS["nameplate_lines"].answer(MODEL, {"y": score}) == 2


def test_reading_drops_repeats_and_blanks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nameplate_text, "_characters", lambda: ("", "A", "B"))
    path = [0, 1, 1, 0, 1, 2, 2, 0]
    scores = np.eye(3, dtype=np.float32)[path][None]
    assert SCENARIOS["nameplate_text"].answer(MODEL, {"y": scores}) == "AAB"


def test_clip_with_a_fifth_of_speech_is_speech() -> None:
    answer = SCENARIOS["voice"].answer
    assert answer(MODEL, {"speech": np.array([0.9] * 10 + [0.1] * 40)}) is True
    assert answer(MODEL, {"speech": np.array([0.9] * 9 + [0.1] * 41)}) is False


def test_state_goes_from_frame_to_frame() -> None:
    calls = []

    def call(item):  # type: ignore[no-untyped-def]
        calls.append(float(item["state"][0]))
        return {"output": item["input"][:, :1], "stateN": item["state"] + 1}

    item = {"input": np.arange(6.0).reshape(3, 2), "state": np.zeros(1), "sr": np.array(16000)}
    outputs = SCENARIOS["voice"].work(call, item)
    assert calls == [0, 1, 2]
    assert outputs["speech"].tolist() == [0, 2, 4]
    assert set(outputs) == {"speech"}


def test_frames_begin_with_the_end_of_the_frame_before() -> None:
    frames = SCENARIOS["voice"].make(MODEL, 0).items[0]["input"]
    assert frames.shape == (50, 576)
    assert np.array_equal(frames[1:, :64], frames[:-1, -64:])
    assert not frames[0, :64].any()


def test_nearest_segment_is_the_answer() -> None:
    vectors = np.array([[1.0, 0.0], [0.0, 1.0], [0.8, 0.6], [-1.0, 0.0]])
    assert SCENARIOS["retrieval"].answer(MODEL, {"sentences": vectors}) == 1


def test_padding_does_not_count_in_the_mean() -> None:
    item = {"attention_mask": np.array([[1, 1, 0]])}
    states = np.array([[[1.0, 0.0], [0.0, 1.0], [9.0, 9.0]]])
    found = SCENARIOS["retrieval"].work(lambda _: {"states": states}, item)["sentences"]
    assert found == pytest.approx(np.array([[0.5, 0.5]]) / np.sqrt(0.5))


def test_features_are_the_two_ends_without_white_space() -> None:
    data = b"\n" + bytes(range(65, 91)) * 200 + b"  \n"
    found = features(data)[0]
    assert found[0] == ord("A")
    assert found[-1] == ord("Z")
    assert found.shape == (2048,)
    assert (features(b"")[0] == 256).all()
