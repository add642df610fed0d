"""What an engineer expects of the shipped chain of modern textiles and apparel."""

from __future__ import annotations

from tests.chain.clusters import Expectation

EXPECTATION = Expectation(
    chain="tex",
    stages={
        "raw-materials": (
            "polyester-feedstock dissolving-pulp recycled-fibre-materials cotton raw-silk wool down "
            "dye-intermediates dyes auxiliaries printing-inks"
        ),
        "fibres-yarns": (
            "polyester-filament polyester-staple industrial-yarn polyamide spandex cellulosic-fibres "
            "acrylic-polypropylene functional-fibres cotton-yarn melange-yarn linen"
        ),
        "machinery": (
            "machine-parts fibre-machinery spinning-machinery weaving-machinery knitting-machinery "
            "dyeing-machinery digital-printers sewing-machinery"
        ),
        "fabrics": (
            "cotton-fabrics filament-fabrics silk-fabrics wool-fabrics knitted-fabrics dyeing-finishing "
            "digital-printing nonwovens coated-fabrics leather industrial-fabrics trims"
        ),
        "products": (
            "formal-wear fashion-wear sportswear underwear-knitwear down-wear accessories bedding "
            "home-furnishing-textiles technical-products footwear bags"
        ),
        "services": ("design-software textile-testing brand-commerce textile-markets textile-engineering"),
    },
    facts=(
        ("tex.polyester-feedstock", "tex.polyester-filament", "essential"),
        ("tex.polyester-feedstock", "tex.polyester-staple", "essential"),
        ("tex.dissolving-pulp", "tex.cellulosic-fibres", "essential"),
        ("mat.polyurethanes", "tex.spandex", "essential"),
        ("mat.polymer-monomers", "tex.polyamide", "essential"),
        ("tex.dye-intermediates", "tex.dyes", "essential"),
        ("tex.dyes", "tex.dyeing-finishing", "essential"),
        ("tex.auxiliaries", "tex.dyeing-finishing", "essential"),
        ("tex.dyeing-machinery", "tex.dyeing-finishing", "essential"),
        ("tex.raw-silk", "tex.silk-fabrics", "essential"),
        ("tex.cotton", "tex.cotton-yarn", "substitutable"),
        ("tex.cotton-yarn", "tex.cotton-fabrics", "essential"),
        ("tex.knitting-machinery", "tex.knitted-fabrics", "essential"),
        ("tex.industrial-yarn", "tex.industrial-fabrics", "essential"),
        ("tex.digital-printers", "tex.digital-printing", "essential"),
        ("tex.printing-inks", "tex.digital-printing", "essential"),
        ("emb.servo-motors", "tex.sewing-machinery", "substitutable"),
        ("tex.machine-parts", "tex.fibre-machinery", "essential"),
        ("tex.down", "tex.down-wear", "essential"),
        ("tex.polyester-filament", "tex.polyester-feedstock", None),
    ),
    products=(
        ("涤纶 FDY 丝", "tex.polyester-filament"),
        ("半消光聚酯切片", "tex.polyester-feedstock"),
        ("全自动电脑横机", "tex.knitting-machinery"),
        ("高速导带式数码喷墨印花机", "tex.digital-printers"),
        ("高强型分散染料系列", "tex.dyes"),
        ("水刺无纺布卷材", "tex.nonwovens"),
        ("真丝印花丝巾", "tex.accessories"),
        ("男士西服套装", "tex.formal-wear"),
        ("白鹅绒羽绒服", "tex.down-wear"),
        ("尼龙拉链及拉头", "tex.trims"),
        ("氨纶 20D 丝", "tex.spandex"),
        ("全棉床上用品套件", "tex.bedding"),
        ("再生涤纶短纤维", "tex.recycled-fibre-materials"),
    ),
)
