"""Companies listed in mainland China: where they are registered, what they sell, how they describe themselves.

The folder is the join of FinanceDatabase, a listing of shares and a company-product graph on the six-digit code.
Its labels of industry are never read: they would be the answer that a placement is judged by.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl

from chainmend.dataset import Dataset, Place
from chainmend.errors import DatasetError
from chainmend.i18n import _
from chainmend.registry import register
from chainmend.tables import Firms, Products

COMPANIES = "a_share_companies.parquet"
SUMMARIES = "business_summary_en.parquet"
PRODUCTS = "ckg_company_product_with_city.parquet"
DATE = dt.date(2026, 8, 16)
"""Day of the youngest of the joined sources."""

_FILLER = 0.001
"""The graph writes this weight where it knows none: a quarter of all rows have exactly it."""

# Names of the breakdown by kind of turnover, by industry and by region, and of book-keeping: no products.
_GENERIC = frozenset(
    word
    for line in (
        "产品 商品 服务 其他 其它 设备 材料 原材料 配件 零部件 配套 工程 销售 贸易 加工 加工费",
        "劳务 租赁 租金 房租 利息 手续费 服务费 技术服务 技术服务费 咨询服务 提供劳务 销售商品",
        "商品销售 销售材料 材料销售 原材料销售 设备销售 配件销售 贸易业务 商品贸易 国内贸易 出口贸易",
        "进出口 进出口贸易 进出口业务 国内外贸易 货物进出口 货物进出口贸易 技术进出口 租赁业务 房屋租赁",
        "房屋出租 房产租赁 物业租赁 物业出租 废料 废料销售 材料及废料 运输 维修 设计 自产 外购",
        "平衡项目 调整项目 调整项 主营业务 工业 商业 农业 服务业 制造业 加工业 贸易业 运营服务",
        "资金业务",
    )
    for word in line.split()
)
_NO_PRODUCT = (
    r"抵销|抵消|抵减|减抵|^(其他|其它)(业务|产品|收入|主营|商品|服务|类|行业|项目)?(收入)?$|^(其他业务|其他产品)"
    r"|^(境内|境外|国内|国外|海外|内销|外销|出口|大陆|中国|港澳台|亚洲|欧洲|美洲|北美洲?|南美洲?|非洲|大洋洲|其他国家)"
    r"(销售|地区|业务|市场|收入|部分)?$|^(华东|华南|华北|华中|东北|西北|西南|省内|省外|国际|市内|市外)(地区|区域|大区|片区|市场|销售)?$"
    r"|(地区|区域)$|(制造业|行业)$"
)


@register(
    "source",
    "ashare",
    name=("A 股上市公司（注册地、产品与业务说明）", "Companies listed in mainland China"),
    reference="FinanceDatabase (2026-08-16), stock_basic listing (2025-07-12), ChainKnowledgeGraph",
)
def ashare(source: Path, *, city: str, province: str | None = None, date: dt.date = DATE) -> Dataset:
    """Import listed companies: those registered in the city are local, all others are outside.

    Parameters
    ----------
    source
        Folder with the three Parquet files.
    city
        Name of the city as the files write it; 杭州 finds 杭州市.
    province
        Province of the city; by default the one of its companies.
    date
        Day the dataset describes.

    Raises
    ------
    DatasetError
        If a file is missing or lacks a column, or no company is registered in the city.
    """
    companies = _companies(Path(source))
    city, province = _place(companies, city, province)
    summaries = _read(Path(source), SUMMARIES, ("code", "business_summary_en"))
    firms = Firms.cast(_firms(companies, summaries))
    products, left_out = _products(_read(Path(source), PRODUCTS, ("code", "product", "weight")), companies)
    notes = _notes(companies, city, left_out)
    place = Place(city, province)
    return Dataset(place, date, {"firms": firms, "products": Products.cast(products)}, notes=notes)


def _read(folder: Path, name: str, columns: tuple[str, ...]) -> pl.DataFrame:
    """Return the columns of a file; the word "nan" that a table program leaves in text is no value."""
    path = folder / name
    if not path.is_file():
        raise DatasetError(
            _("no file {name}").format(name=name),
            expected=_("a folder with {names}").format(names=", ".join((COMPANIES, SUMMARIES, PRODUCTS))),
            where=str(folder),
        )
    frame = pl.read_parquet(path)
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise DatasetError(
            _("no column {columns}").format(columns=", ".join(missing)),
            expected=_("columns {columns}").format(columns=", ".join(columns)),
            where=str(path),
        )
    text = pl.col(pl.String).str.strip_chars()
    return frame.select(columns).with_columns(pl.when(~text.is_in(["", "nan"])).then(text))


def _companies(folder: Path) -> pl.DataFrame:
    """One row a code with its id: code and exchange."""
    columns = ("code", "exch", "name", "fullname", "province", "city", "office_city")
    frame = _read(folder, COMPANIES, columns).with_columns(_code())
    return (
        frame.drop_nulls(["code", "exch"])
        .unique("code", keep="first", maintain_order=True)
        .with_columns(
            pl.format("{}.{}", "code", "exch").alias("firm_id"),
            pl.coalesce("name", "fullname", "code").alias("name"),
        )
    )


def _code() -> pl.Expr:
    """The six digits of a code; some codes stand twice, with and without the exchange."""
    return pl.col("code").str.extract(r"^(\d{6})(?:\.[A-Z]+)?$")


def _place(companies: pl.DataFrame, city: str, province: str | None) -> tuple[str, str | None]:
    """The city as the file writes it, and its province."""
    known = companies["city"].drop_nulls()
    if city not in known and f"{city}市" in known:
        city = f"{city}市"
    local = companies.filter(pl.col("city") == city)
    if province is not None:
        local = local.filter(pl.col("province") == province)
    if local.is_empty():
        cities = ", ".join(known.value_counts(sort=True)["city"].head(12).sort())
        raise DatasetError(
            _("no company is registered in {city}").format(city=city),
            expected=_("a city such as {cities}").format(cities=cities),
            where=COMPANIES,
        )
    found = (
        local["province"].drop_nulls().value_counts().sort(["count", "province"], descending=[True, False])
    )
    return city, province or (found["province"][0] if found.height else None)


def _firms(companies: pl.DataFrame, summaries: pl.DataFrame) -> pl.DataFrame:
    """The contract's firms; what a company says of itself is its scope."""
    scope = (
        summaries.with_columns(_code())
        .drop_nulls()
        .unique("code", keep="first", maintain_order=True)
        .rename({"business_summary_en": "scope_text"})
    )
    known = companies.join(scope, on="code", how="left", maintain_order="left").with_columns(
        pl.lit("CHN").alias("country"), pl.lit("active").alias("status"), pl.lit(False).alias("leader")
    )
    unknown = [
        pl.lit(None, kind).alias(column)
        for column, kind in Firms.create_empty().schema.items()
        if column not in known.columns
    ]
    return known.with_columns(unknown).select(Firms.column_names()).sort("firm_id")


def _products(rows: pl.DataFrame, companies: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Products with shares that sum to at most 1 a firm, and how many rows were no products.

    The weights mix several breakdowns and are no shares: a product is kept once with its largest weight, below
    zero counts as zero, the filler as unknown, and a firm's weights are scaled down where they exceed 1.
    """
    rows = rows.with_columns(_code()).drop_nulls(["code", "product"])
    kept = rows.filter(
        ~pl.col("product").is_in(list(_GENERIC)) & ~pl.col("product").str.contains(_NO_PRODUCT)
    )
    weight = pl.col("weight").fill_nan(None)
    products = (
        kept.with_columns(pl.when(weight != _FILLER).then(weight.clip(0, 1)).alias("share"))
        .group_by("code", "product")
        .agg(pl.col("share").max())
        .sort("code", "product")
        .with_columns(pl.col("share") / pl.col("share").sum().over("code").clip(lower_bound=1))
        .join(companies.select("code", "firm_id"), on="code", how="inner")
        .select("firm_id", "product", _rounded(pl.col("share")), pl.lit(None, pl.String).alias("hs"))
        .sort("firm_id", "product")
    )
    return products, rows.height - kept.height


def _rounded(share: pl.Expr) -> pl.Expr:
    """Six decimals, rounded down so that a firm's shares keep within 1."""
    return ((share * 1e6 + 1e-3).floor() / 1e6).round(6)


def _notes(companies: pl.DataFrame, city: str, left_out: int) -> tuple[str, ...]:
    """What a user should know of this import."""
    province = companies.filter(pl.col("city") == city)["province"].drop_nulls().mode().sort()
    unplaced = companies.filter(pl.col("city").is_null() & pl.col("province").is_in(list(province)))
    office = companies.filter((pl.col("office_city") == city) & pl.col("city").ne_missing(city))
    return (
        _(
            "the number of local firms is a lower bound: only listed companies are known, and of {count} of the"
            " province the city is not"
        ).format(count=unplaced.height),
        _(
            "{count} companies have an office in {city} but are registered elsewhere; they count as outside"
        ).format(count=office.height, city=city),
        _(
            "{count} rows of products were left out: regions, industries, book-keeping and general words"
        ).format(count=left_out),
        _(
            "listed companies that have since left the exchange are not marked in the source; all count as active"
        ),
    )
