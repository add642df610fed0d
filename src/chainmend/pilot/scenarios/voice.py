"""Sound beside a machine: whether somebody speaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chainmend.pilot.scenarios.sounds import RATE, machine, voice
from chainmend.pilot.trial import TOLERANCES, Answer, Limits, Model, Sample, Scenario, Task, Tolerance
from chainmend.registry import register

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from chainmend.pilot.trial import Array, Arrays, Call

_CLIPS, _FRAMES, _FRAME, _CONTEXT = 4, 50, 512, 64
_SPEECH, _SHARE = 0.5, 0.2
"""A frame is speech from this score on, a clip when this share of its frames is."""


@register(
    "scenario",
    "voice",
    name=("设备旁语音活动", "Voice beside a machine"),
    reference="frames and context as Silero VAD takes them; formants of Peterson, Barney 1952",
)
def voice_beside_machine() -> Scenario:
    """Clips of a machine's hum, every second one with a made voice; the answer says whether there is one."""
    return Scenario(
        Task(
            id="voice",
            name=("设备旁语音活动", "Voice beside a machine"),
            version=1,
            metric="accuracy",
            item=("一段 1.6 秒的声音，50 帧", "one clip of 1.6 s, 50 frames"),
            tolerances={**TOLERANCES, "int8": Tolerance(None, cosine=0.98, drop=0.05)},
            limits=Limits(latency_seconds=0.16, accuracy=0.95),
        ),
        families=("silero_vad",),
        make=_make,
        answer=_answer,
        work=_work,
    )


def _make(model: Model, seed: int) -> Sample:
    """Cut each clip into frames with the end of the frame before; add the empty state that the model begins with."""
    import numpy as np

    n = _FRAMES * _FRAME
    items = []
    for number in range(_CLIPS):
        rng = np.random.default_rng((seed, number))
        sound = machine(rng, n)
        if number % 2:
            start, stop = n // 5, n - n // 5
            sound[start:stop] += voice(rng, stop - start)
        items.append({"input": _frames(sound), **_begin(model)})
    return Sample(tuple(items), tuple(bool(number % 2) for number in range(_CLIPS)))


def _frames(sound: npt.NDArray[np.float64]) -> Array:
    import numpy as np

    padded = np.concatenate([np.zeros(_CONTEXT), sound]).astype(np.float32)
    starts = np.arange(_FRAMES)[:, None] * _FRAME
    frames: Array = padded[starts + np.arange(_FRAME + _CONTEXT)]
    return frames


def _begin(model: Model) -> dict[str, Array]:
    import numpy as np

    if model.id == "silero_vad.sequence":
        return {"h": np.zeros((1, 1, 128), np.float32), "c": np.zeros((1, 1, 128), np.float32)}
    state: dict[str, Array] = {"state": np.zeros((2, 1, 128), np.float32)}
    return {**state, "sr": np.array(RATE, np.int64)} if model.id == "silero_vad.op18" else state


def _work(call: Call, item: Arrays) -> dict[str, Array]:
    """Run frame after frame and carry the state; a model for sequences takes all at once.

    The state is no output: nobody downstream sees it, and what it does shows in the scores.
    """
    import numpy as np

    if "state" not in item:
        found = call(item)
        return {"speech": found["speech_probs"]}
    rest = {name: array for name, array in item.items() if name not in ("input", "state")}
    state, scores = item["state"], []
    for frame in item["input"]:
        found = call({"input": frame[None], "state": state, **rest})
        state = found["stateN"]
        scores.append(np.asarray(found["output"]).reshape(-1))
    return {"speech": np.concatenate(scores)}


def _answer(_model: Model, outputs: Arrays) -> Answer:
    import numpy as np

    return bool(np.mean(np.asarray(outputs["speech"], np.float64) > _SPEECH) >= _SHARE)
