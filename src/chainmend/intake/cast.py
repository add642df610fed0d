"""Text as cities write it to the types of a contract; what cannot be read becomes null."""

from __future__ import annotations

import polars as pl

from chainmend.intake.columns import WORDS

_DATES = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y年%m月%d日", "%Y.%m.%d")
_TRUE = ("是", "true", "1", "yes", "y", "t", "√", "✓")
_FALSE = ("否", "false", "0", "no", "n", "f")
_NOTHING = ("-", "–", "—", "——", "/", "无")  # what people write into a cell that is empty
RULES = {"Float64": "not_a_number", "Int32": "not_a_whole_number", "Int64": "not_a_whole_number",
         "Date": "not_a_date", "Boolean": "not_yes_or_no"}  # fmt: skip


def text(column: str) -> pl.Expr:
    """The column as text without outer blanks; null where nothing is left."""
    stripped = pl.col(column).cast(pl.String).str.strip_chars()
    return pl.when((stripped != "") & ~stripped.is_in(_NOTHING)).then(stripped)


def to_type(table: str, column: str, have: pl.DataType, want: pl.DataType) -> pl.Expr:
    """Expression that reads `column` of type `have` as type `want`.

    Examples
    --------
    >>> frame = pl.DataFrame({"output": ["1,250.5", "12,4O0", "8 %"]})
    >>> frame.select(to_type("firms", "output", pl.String(), pl.Float64()))["output"].to_list()
    [1250.5, None, 0.08]
    """
    if have == want and not isinstance(want, pl.String):
        return pl.col(column)
    if isinstance(want, pl.String):
        return _string(table, column, have)
    if have.is_numeric() and want.is_numeric():
        return _whole(pl.col(column), want)
    if have.is_temporal() and isinstance(want, pl.Date):
        return pl.col(column).cast(pl.Date)
    raw = text(column)
    if want.is_numeric():
        bare = raw.str.replace_all(r"[,，\s  ]", "")
        share = bare.str.strip_chars_end("%％")
        number = share.cast(pl.Float64, strict=False)
        number = pl.when(bare.str.contains(r"[%％]$")).then(number / 100).otherwise(number)
        return _whole(number, want).alias(column)
    if isinstance(want, pl.Date):
        day = raw.str.replace(r"[ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$", "")
        return pl.coalesce(day.str.to_date(f, strict=False) for f in _DATES).alias(column)
    low = raw.str.to_lowercase()
    return (
        pl.when(low.is_in(_TRUE)).then(pl.lit(value=True)).when(low.is_in(_FALSE)).then(pl.lit(value=False))
    ).alias(column)


def _whole(number: pl.Expr, want: pl.DataType) -> pl.Expr:
    if want.is_float():
        return number.cast(want)
    return pl.when(number.cast(pl.Float64) == number.cast(pl.Float64).round()).then(
        number.cast(want, strict=False)
    )


def _class_of(number: pl.Expr) -> pl.Expr:
    """An industry code that a workbook held as a number: 3973, or a class with a dot such as 28.1 for 28.10."""
    whole = number.cast(pl.Int64, strict=False)
    part = ((number - whole) * 100).round().cast(pl.Int64, strict=False).cast(pl.String).str.zfill(2)
    text = whole.cast(pl.String)
    return pl.when(number == whole).then(text).otherwise(text.str.zfill(2) + "." + part)


def _string(table: str, column: str, have: pl.DataType) -> pl.Expr:
    value = text(column)
    if column == "industry_code" and have.is_float():
        value = _class_of(pl.col(column))
    elif column in ("hs", "code", "firm_id") and have.is_float():
        value = pl.col(column).cast(pl.Int64, strict=False).cast(pl.String)
    elif column in ("hs", "industry_code", "code"):
        value = value.str.replace(r"\.0+$", "")
    if table == "customs" and column == "hs":  # a workbook drops the leading zero of a number
        value = pl.when(value.str.contains(r"^\d{5}$")).then(pl.lit("0") + value).otherwise(value)
    if column == "industry_code" and have.is_numeric():  # three digits are a class that lost its zero
        value = pl.when(value.str.len_chars() == 3).then(value.str.zfill(4)).otherwise(value)
    if (table, column) == ("firms", "status"):  # 存续（在营、开业、在册）, 吊销，未注销
        value = value.str.replace(r"\s*[（(，,].*$", "")
    words = WORDS.get((table, column))
    return (value.replace(words) if words else value).alias(column)
