"""Public data of outside formats; importing this package registers every source."""

from chainmend.intake.sources import ashare, chipchain

__all__ = ["ashare", "chipchain"]
