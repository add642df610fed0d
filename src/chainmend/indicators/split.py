"""Which segments a sale is of, where the seller makes several: those that go into what the buyer makes.

A link says who sold to whom, not what. A buyer buys what goes into its own segments, so a link is divided over those of
the supplier's segments that by the catalogue are an input of a segment of the buyer, in proportion to the supplier's
placement weights. Inputs of every class count, also those that are irrelevant for production: they are bought all the
same. Only direct inputs count. Where none of the supplier's segments is one, or the buyer is on no segment, nothing
tells them apart, and the link is divided over all of them by weight.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from chainmend.chain.model import Catalogue

_PARTS = 1e12


@dataclass(frozen=True)
class Split:
    """What is needed to divide links over segments; made once by `Split.of`, for any links of the same firms.

    Attributes
    ----------
    made
        supplier_id, segment_id, weight, parts (the weight in whole 1e-12): what each supplier makes.
    several
        supplier_id, several (true): suppliers that are not wholly on one segment.
    buyers
        buyer_id, uses: number of the set of segments each buyer is on; sets without an input are left out.
    inputs
        uses, segment_id, fits (true): the segments that go into a set.
    """

    made: pl.DataFrame
    several: pl.DataFrame
    buyers: pl.DataFrame
    inputs: pl.DataFrame

    @classmethod
    def of(cls, weights: pl.DataFrame, catalogue: Catalogue) -> Split:
        """Prepare to divide links.

        Parameters
        ----------
        weights
            Placements: firm_id, segment_id, weight.
        catalogue
            Which segment goes into which.
        """
        parts = (pl.col("weight") * _PARTS).round().cast(pl.Int64)
        made = weights.select(supplier_id="firm_id", segment_id="segment_id", weight="weight", parts=parts)
        several = made.group_by("supplier_id").agg(pl.len(), pl.col("parts").sum())
        several = several.filter((pl.col("len") > 1) | (pl.col("parts") < _PARTS))
        sets = (
            weights.sort("firm_id", "segment_id")
            .group_by(buyer_id="firm_id", maintain_order=True)
            .agg(on=pl.col("segment_id"))
            .with_columns(uses=pl.col("on").list.join("\n").rank("dense"))
        )
        goes_into = pl.DataFrame(
            [(d.source, d.target) for d in catalogue.dependences],
            schema={"segment_id": pl.String, "on": pl.String},
            orient="row",
        )
        inputs = (
            sets.unique("uses")
            .select("uses", "on")
            .explode("on")
            .join(goes_into, on="on")
            .select("uses", "segment_id", fits=pl.lit(value=True))
            .unique()
        )
        buyers = sets.select("buyer_id", "uses").join(inputs, on="uses", how="semi")
        return cls(made, several.select("supplier_id", several=pl.lit(value=True)), buyers, inputs)

    def divide(self, links: pl.LazyFrame, keys: Sequence[str], amounts: Sequence[str]) -> pl.DataFrame:
        """Divide links over segments and sum them up.

        Parameters
        ----------
        links
            supplier_id, buyer_id, `keys` and `amounts`, whole numbers.
        keys
            Columns to keep apart, such as the year.
        amounts
            Columns to divide.

        Returns
        -------
        polars.DataFrame
            supplier_id, segment_id, `keys`, `amounts` (whole numbers, which do not depend on the order of rows), in no
            order; suppliers on no segment are left out.

        Examples
        --------
        A maker of etchers and of robots sells 90 to a chip maker, whom etchers go into, and 10 to somebody unknown.

        >>> from chainmend.chain.model import Dependence
        >>> from types import SimpleNamespace
        >>> chains = SimpleNamespace(dependences=(Dependence("etcher", "chip", "essential"),))
        >>> on = [("E", "etcher", 0.3), ("E", "robot", 0.7), ("C", "chip", 1.0)]
        >>> weights = pl.DataFrame(on, schema=["firm_id", "segment_id", "weight"], orient="row")
        >>> links = pl.LazyFrame({"supplier_id": ["E", "E"], "buyer_id": ["C", "X"], "fen": [90, 10]})
        >>> divided = Split.of(weights, chains).divide(links, [], ["fen"])
        >>> divided.sort("segment_id").select("segment_id", "fen").rows()
        [('etcher', 93), ('robot', 7)]
        """
        known = (
            links.join(self.several.lazy(), on="supplier_id", how="left")
            .join(self.buyers.lazy(), on="buyer_id", how="left")
            .group_by("supplier_id", *keys, uses=pl.when("several").then("uses"))
            .agg(pl.col(amounts).sum())
            .collect()
        )
        shares = self._shares(known.select("supplier_id", "uses").unique())
        return (
            known.lazy()
            .join(shares.lazy(), on=["supplier_id", "uses"], nulls_equal=True)
            .with_columns((pl.col(amounts) * pl.col("share")).round().cast(pl.Int64))
            .group_by("supplier_id", "segment_id", *keys)
            .agg(pl.col(amounts).sum())
            .collect()
        )

    def _shares(self, pairs: pl.DataFrame) -> pl.DataFrame:
        """supplier_id, uses, segment_id, share: of what a supplier sells to buyers of a set."""
        fitting = pl.col("parts").filter("fits").sum().over("supplier_id", "uses")
        own = pl.when("fits").then("parts").otherwise(0)
        return (
            pairs.join(self.made, on="supplier_id")
            .join(self.inputs, on=["uses", "segment_id"], how="left")
            .with_columns(share=pl.when(fitting > 0).then(own / fitting).otherwise("weight"))
            .filter(pl.col("share") > 0)
            .select("supplier_id", "uses", "segment_id", "share")
        )
