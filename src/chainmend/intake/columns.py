"""What cities call their files and columns, in Chinese and English, and the contract's name for each."""

from __future__ import annotations

import re
import unicodedata

from chainmend.tables import TABLES

FILES: dict[str, tuple[str, ...]] = {
    "firms": ("企业", "企业表", "企业名单"),
    "products": ("产品", "产品表", "企业产品"),
    "trades": ("交易", "交易表", "发票"),
    "supply_links": ("供应关系", "供需关系"),
    "customs": ("海关", "进出口"),
    "provision": ("全球供给", "供给份额"),
    "statistics": ("统计", "统计表"),
    "needs": ("需求", "需求表"),
    "patents": ("专利", "专利表"),
    "institutes": ("机构", "科研院所", "科研机构"),
    "districts": ("区县", "区县表"),
    "overrides": ("落位修正", "落位复核"),
    "talks": ("在谈企业", "洽谈", "招商洽谈"),
}

HEADINGS: dict[str, dict[str, tuple[str, ...]]] = {
    "firms": {
        "firm_id": ("统一社会信用代码", "企业代码", "信用代码", "企业编号"),
        "name": ("企业名称", "单位名称", "名称"),
        "industry_code": ("行业代码", "国民经济行业代码"),
        "country": ("国家", "国别"),
        "province": ("省份", "省"),
        "city": ("城市", "市", "所在城市"),
        "district": ("区县", "所在区县", "区"),
        "lon": ("经度",),
        "lat": ("纬度",),
        "output": ("产值", "总产值", "工业总产值", "规上工业总产值"),
        "employees": ("从业人数", "职工人数", "员工数"),
        "revenue": ("营业收入", "营业总收入", "主营业务收入"),
        "rd": ("研发费用", "研发投入", "研发经费"),
        "exports": ("出口额", "出口交货值", "出口收入"),
        "high_tech": ("高新技术企业", "是否高新技术企业", "高企"),
        "land": ("用地面积", "用地面积（平方米）", "占地面积", "占地面积（平方米）"),
        "founded": ("成立日期", "成立时间"),
        "status": ("状态", "经营状态", "登记状态"),
        "leader": ("链主", "是否链主"),
        "scope_text": ("经营范围", "主营业务"),
    },
    "products": {
        "firm_id": ("统一社会信用代码", "企业代码", "信用代码", "企业编号"),
        "product": ("产品", "产品名称", "主要产品"),
        "share": ("占比", "产值占比", "收入占比"),
        "hs": ("海关编码", "商品编码"),
    },
    "trades": {
        "seller_id": ("销方代码", "销售方代码", "销方"),
        "buyer_id": ("购方代码", "购买方代码", "购方"),
        "date": ("日期", "开票日期", "交易日期"),
        "amount": ("金额", "交易金额", "开票金额"),
    },
    "supply_links": {
        "supplier_id": ("供方代码", "供应商代码", "供方"),
        "buyer_id": ("购方代码", "采购方代码", "购方"),
        "year": ("年份", "年度", "年"),
        "amount": ("金额", "交易金额", "采购额"),
        "trades": ("笔数", "交易笔数"),
    },
    "customs": {
        "year": ("年份", "年度", "年"),
        "month": ("月份", "月"),
        "flow": ("进出口", "流向"),
        "hs": ("海关编码", "商品编码"),
        "partner": ("贸易伙伴", "国别", "原产国"),
        "value": ("金额", "货值"),
        "quantity": ("数量",),
    },
    "provision": {
        "segment_id": ("环节", "环节编号"),
        "origin": ("来源国", "国别"),
        "year": ("年份", "年度", "年"),
        "share": ("份额", "占比"),
        "source": ("来源", "出处"),
    },
    "statistics": {
        "subject": ("对象", "统计对象"),
        "measure": ("指标", "统计指标"),
        "universe": ("统计范围", "范围"),
        "year": ("年份", "年度", "年"),
        "months": ("累计月数", "月数"),
        "basis": ("价格基准", "价格"),
        "value": ("数值", "值"),
        "unit": ("单位",),
        "growth": ("增速", "同比", "同比增速", "同比增长", "同比增长率", "累计同比", "增长率"),
        "bound": ("界限",),
        "source": ("来源", "出处"),
    },
    "needs": {
        "need_id": ("需求编号", "编号"),
        "reporter_id": ("填报单位代码", "填报单位"),
        "segment_id": ("环节", "环节编号"),
        "text": ("需求内容", "内容"),
        "date": ("日期", "填报日期"),
        "verified": ("已核实", "是否核实"),
    },
    "patents": {
        "patent_id": ("专利号", "公告号"),
        "owner_id": ("权利人代码", "权利人"),
        "ipc": ("分类号",),
        "title": ("名称", "专利名称"),
        "date": ("授权日期", "日期"),
        "invention": ("发明", "是否发明"),
    },
    "institutes": {
        "institute_id": ("机构代码", "机构编号"),
        "name": ("机构名称", "名称"),
        "city": ("城市", "市"),
        "fields": ("研究领域", "领域"),
    },
    "districts": {
        "district": ("区县", "区县名称", "名称"),
        "code": ("代码", "行政区划代码"),
        "lon": ("经度",),
        "lat": ("纬度",),
        "area": ("面积", "面积（平方公里）", "面积（平方千米）"),
    },
    "overrides": {
        "firm_id": ("统一社会信用代码", "企业代码", "信用代码", "企业编号"),
        "segment_id": ("环节", "环节编号"),
        "weight": ("权重",),
        "by": ("修正人",),
        "date": ("日期", "修正日期"),
        "note": ("说明", "备注"),
    },
    "talks": {
        "firm_id": ("统一社会信用代码", "企业代码", "信用代码", "企业编号"),
        "segment_id": ("环节", "环节编号"),
        "stage": ("阶段", "洽谈阶段", "进展"),
        "date": ("日期", "洽谈日期", "更新日期"),
        "by": ("洽谈人", "洽谈单位", "责任单位"),
    },
}

WORDS: dict[tuple[str, str], dict[str, str]] = {
    ("firms", "status"): {
        "在营": "active", "存续": "active", "开业": "active", "在业": "active", "正常": "active",
        "注销": "closed", "吊销": "closed", "停业": "closed", "歇业": "closed",
    },
    ("firms", "country"): {
        "中国": "CHN", "中国大陆": "CHN", "中华人民共和国": "CHN", "CN": "CHN",
        "日本": "JPN", "美国": "USA", "德国": "DEU", "韩国": "KOR", "荷兰": "NLD",
    },
    ("talks", "stage"): {
        "接触": "contact", "意向": "contact", "初步接触": "contact",
        "在谈": "negotiating", "洽谈": "negotiating", "洽谈中": "negotiating", "谈判": "negotiating",
        "签约": "signed", "已签约": "signed", "落地": "signed",
        "终止": "ended", "中止": "ended", "已终止": "ended",
    },
    ("customs", "flow"): {"进口": "import", "出口": "export"},
    ("statistics", "basis"): {"现价": "nominal", "名义": "nominal", "可比价": "real", "不变价": "real"},
    ("statistics", "bound"): {"确值": "exact", "下限": "lower", "上限": "upper"},
}  # fmt: skip
UNITS = {"元": 1.0, "千元": 1e3, "万元": 1e4, "百万元": 1e6, "亿元": 1e8}
UNITS |= {"thousand": 1e3, "million": 1e6, "billion": 1e9}
MONEY = {
    *(("firms", column) for column in ("output", "revenue", "rd", "exports")),
    ("trades", "amount"), ("supply_links", "amount"), ("customs", "value"),
}  # fmt: skip
_UNIT = re.compile(rf"[(\[（【]\s*({'|'.join(UNITS)})\s*[)\]）】]$")


def plain(heading: str) -> str:
    """Return a heading without white space, in half width and lower case."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", heading)).lower()


def table_of(stem: str) -> str | None:
    """Contract that a file or sheet of that name holds.

    Examples
    --------
    >>> table_of("企业"), table_of("Supply_Links"), table_of("notes")
    ('firms', 'supply_links', None)
    """
    name = plain(stem)
    return next((t for t in TABLES if name == t or name in FILES[t]), None)


def match(table: str, headings: list[str], own: dict[str, str]) -> tuple[dict[str, str], dict[str, float]]:
    """Return (heading -> contract column, column -> factor of a unit that stands in the heading).

    Parameters
    ----------
    table
        Name of the contract.
    headings
        As they stand in the file.
    own
        The city's own headings of dataset.yaml; they win.

    Examples
    --------
    >>> match("firms", ["企业名称", "产值（万元）", "备注"], {})
    ({'企业名称': 'name', '产值（万元）': 'output'}, {'output': 10000.0})
    """
    known = {plain(a): c for c, aliases in HEADINGS[table].items() for a in (c, *aliases)}
    known |= {plain(k): v for k, v in own.items()}
    found: dict[str, str] = {}
    factors: dict[str, float] = {}
    for heading in headings:
        unit = _UNIT.search(heading.strip())
        bare = heading.strip()[: unit.start()] if unit else heading
        column = known.get(plain(heading)) or known.get(plain(bare))
        if column and column not in found.values():
            found[heading] = column
            if unit and (table, column) in MONEY:
                factors[column] = UNITS[unit.group(1)]
    return found, factors
