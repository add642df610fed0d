"""Settings of the remedies: what a good candidate is, which remedy comes first, and who leads it."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

RemedyKind = Literal["attract", "develop", "ally", "stock"]
Nearest = Literal["region", "country", "abroad", "nobody"]
Weight = Annotated[float, Field(ge=0)]
FirmPart = Literal["focus", "size", "sells", "growth", "near", "ties"]
DevelopPart = Literal["makes", "related", "shared", "patents", "rd"]
InstitutePart = Literal["field", "patents", "here"]
StockPart = Literal["exposed", "purchases", "short"]


def _some(weights: dict[Any, float]) -> dict[Any, float]:
    if not any(w > 0 for w in weights.values()) or not all(math.isfinite(w) for w in weights.values()):
        raise ValueError("at least one weight above 0, all finite")
    return weights


class Order(BaseModel):
    """One row of the table of first remedies; it holds where all conditions that it names hold."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    first: RemedyKind = Field(description="the remedy that comes first")
    also: tuple[RemedyKind, ...] = Field((), description="remedies to begin beside it")
    kinds: tuple[str, ...] = Field((), description="the finding is of one of these kinds")
    nearest: tuple[Nearest, ...] = Field(
        (),
        description="where the nearest firm on the segment outside the city is: region, country, abroad, nobody",
    )
    readiness_most: int | None = Field(
        None, ge=1, le=9, description="the catalogue puts the country's technology readiness at this or lower"
    )
    density_least: float | None = Field(
        None, ge=0, le=1, description="relatedness density of the segment for the city is at least this"
    )
    complex: bool | None = Field(None, description="the segment is more complex than the city's own mean")
    why: tuple[str, str] = Field(description="the reason in Chinese and in English, as a person says it")

    @property
    def always(self) -> bool:
        """Whether the row has no condition."""
        conditions = (self.kinds, self.nearest)
        return not any(conditions) and self.readiness_most == self.density_least == self.complex is None


ORDER = (
    Order(
        first="stock", also=("ally",), kinds=("distress",),
        why=("进口量价异常波动，先备足库存，同时寻找替代供应商",
             "imports swing out of their band: build stocks first and look for other suppliers"),
    ),
    Order(
        first="develop", kinds=("technology",),
        why=("短板在技术，招商难以解决，先组织攻关",
             "what is short is technology, which attracting a firm does not bring"),
    ),
    Order(
        first="attract", also=("develop",), kinds=("declining",), nearest=("region", "country", "abroad"),
        why=("本地产能正在流失，先引进接续企业，同时扶持留下的企业",
             "capacity here is being lost: bring in firms to carry on and support those that stay"),
    ),
    Order(
        first="ally", nearest=("region",),
        why=("周边地区已有同类企业，就近配套最快",
             "firms in the region are on it already: an alliance is the quickest mend"),
    ),
    Order(
        first="develop", also=("attract",), nearest=("abroad", "nobody"), readiness_most=6,
        why=("市外境内未见同类企业，国内技术成熟度不高，须组织攻关",
             "no other firm of the country is known on it and its technology is not ready at home"),
    ),
    Order(
        first="develop", also=("attract",), nearest=("abroad", "nobody"), density_least=0.5, complex=True,
        why=("市外境内未见同类企业，但与本市优势环节相近且复杂度高，宜自主培育",
             "no other firm of the country is known on it, but it is near to what the city does well and complex"),
    ),
    Order(
        first="attract", also=("develop",), nearest=("country",), density_least=0.5, complex=True,
        why=("国内其他地区已有同类企业，可招引；与本市优势环节相近且复杂度高，同步培育本地企业",
             "firms elsewhere in the country can be attracted; near to what the city does well and complex, "
             "it is worth growing at home too"),
    ),
    Order(
        first="attract", nearest=("country",),
        why=("同类企业在国内其他地区，宜招引", "the firms on it are elsewhere in the country: attract one"),
    ),
    Order(
        first="attract", also=("develop",), nearest=("abroad",),
        why=("市外同类企业都在境外，国内技术已成熟，先引外资，同时培育本地企业",
             "all other firms on it are abroad, the technology is ready at home: attract one and grow one"),
    ),
    Order(
        first="develop",
        why=("外地尚未发现同类企业，先从本地企业和院所入手",
             "no firm elsewhere is known on it: begin with firms and institutes here"),
    ),
)  # fmt: skip

DEPARTMENTS = {
    "investment": ("投资促进局", "Investment promotion bureau"),
    "science": ("科技局", "Science and technology bureau"),
    "industry": ("经信局", "Economy and information technology bureau"),
}


class Remedies(BaseModel):
    """Candidates of each remedy and their weights, the order of remedies, and who leads.

    A weight counts against the other weights of its list; a part that a list does not name weighs nothing. What a part
    says is on the page of remedies.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    attract: Annotated[dict[FirmPart, Weight], AfterValidator(_some)] = Field(
        {"focus": 2, "size": 2, "sells": 2, "growth": 1, "near": 1, "ties": 2},
        description="weights of the parts of firms to attract",
    )
    ally: Annotated[dict[FirmPart, Weight], AfterValidator(_some)] = Field(
        {"focus": 2, "size": 2, "sells": 1, "near": 3},
        description="weights of the parts of suppliers in the region",
    )
    develop: Annotated[dict[DevelopPart, Weight], AfterValidator(_some)] = Field(
        {"makes": 2, "related": 1, "shared": 3, "patents": 2, "rd": 1},
        description="weights of the parts of local firms that could grow into a segment",
    )
    institute: Annotated[dict[InstitutePart, Weight], AfterValidator(_some)] = Field(
        {"field": 2, "patents": 2, "here": 1}, description="weights of the parts of institutes"
    )
    stock: Annotated[dict[StockPart, Weight], AfterValidator(_some)] = Field(
        {"exposed": 2, "purchases": 1, "short": 2},
        description="weights of the parts of buyers that should hold stock",
    )
    output_anchor: float = Field(
        1e9,
        gt=0,
        description="output on the segment, in the currency of the dataset, that counts as full size",
    )
    buyers_anchor: int = Field(5, ge=1, description="local buyers that count as fully known here")
    ties_anchor: int = Field(5, ge=1, description="local firms tied to a candidate that count as fully tied")
    growth_anchor: float = Field(
        0.5,
        gt=0,
        description="growth of sales in a year that counts 1; the same fall counts 0, no change one half",
    )
    radius_km: float = Field(
        1000.0, gt=0, description="distance from the city, km, from which nearness counts 0"
    )
    patents_anchor: int = Field(
        5, ge=1, description="inventions that name the segment that count as full knowledge"
    )
    rd_anchor: float = Field(0.05, gt=0, description="research spending over revenue that counts 1")
    related_least: float = Field(
        0.2, ge=0, le=1,
        description="a local firm is a candidate to develop from this much of being near, or of common inputs and uses",
    )  # fmt: skip
    purchases_anchor: float = Field(
        1e8,
        gt=0,
        description="purchases a year, in the currency of the dataset, that count as large for one buyer",
    )
    stock_days: float = Field(
        15.0, ge=1, description="assumed: days of use of the segment that a buyer holds today"
    )
    stock_most: int = Field(90, ge=1, description="days of use that a buyer is asked to hold at most")
    stock_below: int = Field(
        30, ge=1, description="stock is added to the first remedy where users stop within so many days"
    )
    months_attract: int = Field(18, ge=1, description="assumed: months until a firm that comes supplies")
    months_ally: int = Field(
        6, ge=1, description="assumed: months until a new supplier in the region is qualified"
    )
    months_develop: int = Field(12, ge=1, description="assumed: months of development at readiness 9")
    months_per_level: int = Field(
        6, ge=0, description="assumed: months more for each level of readiness below 9"
    )
    order: tuple[Order, ...] = Field(ORDER, description="which remedy comes first: the first row that holds")
    departments: dict[str, tuple[str, str]] = Field(
        DEPARTMENTS, description="departments: id, and name in Chinese and in English"
    )
    leads: dict[RemedyKind, str] = Field(
        {"attract": "investment", "develop": "science", "ally": "industry", "stock": "industry"},
        description="which department leads a remedy",
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if not self.order or not self.order[-1].always:
            raise ValueError(
                "order: the last row must have no condition, so that every finding gets a remedy"
            )
        unknown = sorted({*self.leads.values()} - {*self.departments})
        if unknown:
            raise ValueError(f"leads: {', '.join(unknown)} not among the departments")
        silent = sorted({*get_args(RemedyKind)} - {*self.leads})
        if silent:
            raise ValueError(f"leads: nobody leads {', '.join(silent)}")
        return self
