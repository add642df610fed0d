"""Makers of accelerators in the city's pilot field: columns that stand in the matrix untested until a lab runs them.

Their cards are reached through their own builds of a runtime (see `chainmend.pilot.chips.torch_`); a device whose name
holds one of the words below is the maker's, and then takes the place of the empty column.
"""

from __future__ import annotations

from dataclasses import dataclass

from chainmend.errors import PilotError
from chainmend.pilot.trial import BackEnd, Chip, Model, Names, Session
from chainmend.registry import register


@dataclass(frozen=True)
class Maker:
    """A maker: names, and lower-case words in the names of its devices."""

    id: str
    name: Names
    words: tuple[str, ...]


MAKERS = (
    Maker("kunlunxin", ("昆仑芯", "Kunlunxin"), ("kunlun",)),
    Maker("iluvatar", ("天数智芯", "Iluvatar CoreX"), ("iluvatar",)),
    Maker("metax", ("沐曦", "MetaX"), ("metax",)),
    Maker("biren", ("壁仞", "Biren"), ("biren",)),
)


def maker_of(device: str) -> str:
    """Id of the maker whose word a device's name holds, "" for none.

    Examples
    --------
    >>> maker_of("Iluvatar BI-V150"), maker_of("another card")
    ('iluvatar', '')
    """
    name = device.lower()
    return next((m.id for m in MAKERS if any(word in name for word in m.words)), "")


def probe() -> list[Chip]:
    """One column a maker, never found: what is found is found by the back end that drives it.

    Examples
    --------
    >>> [chip.name[1] for chip in probe()][-1]
    'Biren'
    """
    return [
        Chip(
            id=f"makers-{maker.id}",
            name=maker.name,
            back_end="makers",
            found=False,
            how="no back end on this machine found a device of this maker",
            maker=maker.id,
            formats=("onnx", "torch"),
        )
        for maker in MAKERS
    ]


def load(chip: Chip, model: Model) -> Session:
    """Refuse: there is no device.

    Raises
    ------
    PilotError
        Always.
    """
    raise PilotError(chip.how, where=f"{chip.id} x {model.id}")


@register("chip", "makers", name=("中试场芯片", "Chips of the pilot field"))
def makers() -> BackEnd:
    """Makers of the city's pilot field, whose devices no back end has found here."""
    return BackEnd(probe, load)
