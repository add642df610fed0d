"""Texts in one form, and business scopes without the sentences every firm has."""

from __future__ import annotations

import re
import unicodedata

_BOILERPLATE = re.compile(
    r"[（(][^（）()]*(?:依法须经批准|经相关部门批准|不含许可|除.{0,30}外)[^（）()]*[）)]"
    r"|(?:一般项目|许可项目|经营范围)[:：]"
    r"|技术服务、技术开发、技术咨询、技术交流、技术转让、技术推广"
    r"|(?:货物|技术)进出口|进出口代理|国内贸易代理|自有(?:资金|房屋|资产)[^；;。]*|(?:非居住)?房地产租赁|物业管理"
    r"|凭营业执照依法自主开展经营活动"
)
TRADED = (
    r"(?i)批发|零售|分销|经销|代理|代销|贸易|连锁|流通|外购|(?:^|[^工营])商业(?:[^务航银卫智]|$)"
    r"|\b(?:wholesale|retail|trading|distribution)\b"
)
"""Words of goods that a firm buys and sells, not makes."""
_BLANK_BESIDE_HAN = re.compile(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])")
_CLAUSE = re.compile(r"[；;。\n]+|(?<=[a-z])\.\s+")


def plain(text: str) -> str:
    """Return `text` in half width and lower case, without blanks beside Chinese characters.

    Examples
    --------
    >>> plain("ＲＶ　减速器"), plain("Plasma  Etcher")
    ('rv减速器', 'plasma etcher')
    """
    folded = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).lower().strip()
    return _BLANK_BESIDE_HAN.sub("", folded)


def clauses(scope: str) -> list[str]:
    """Return the clauses of a business scope that say what the firm does.

    Examples
    --------
    >>> clauses("一般项目：锂电池制造；货物进出口（依法须经批准的项目，经相关部门批准后方可开展）")
    ['锂电池制造']
    """
    bare = _BOILERPLATE.sub(" ", scope)
    return [c for c in (part.strip(" ，,、.：:（）()") for part in _CLAUSE.split(bare)) if c]
