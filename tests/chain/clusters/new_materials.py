"""What an engineer expects of the shipped chain of new materials."""

from __future__ import annotations

from tests.chain.clusters import Expectation

EXPECTATION = Expectation(
    chain="mat",
    stages={
        "feedstocks": (
            "fluorochemicals industrial-silicon silicone-monomers polymer-monomers catalysts polymer-additives "
            "rare-earths refractory-metals quartz-sand"
        ),
        "polymers": (
            "engineering-plastics special-engineering-plastics modified-plastics polyolefins thermosets "
            "polyurethanes synthetic-rubbers fluoropolymers silicones adhesives coatings bioplastics separation-resins"
        ),
        "metals": (
            "special-steel electrical-steel stainless-and-corrosion-alloys superalloys titanium light-alloys "
            "copper-alloys cemented-carbides metal-powders soft-magnets precious-metals joining-materials"
        ),
        "inorganics": (
            "structural-ceramics electronic-ceramics special-glass quartz-products graphite nanocarbons "
            "superhard-materials artificial-crystals refractories"
        ),
        "fibres-films": (
            "pan-precursor carbon-fibre organic-fibres glass-fibre mineral-fibres polyester-films polyimide-films "
            "optical-films functional-tapes separation-membranes ion-membranes"
        ),
        "composites": (
            "polymer-composites high-temperature-composites copper-foil thermal-materials conductive-pastes"
        ),
    },
    facts=(
        ("mat.fluorochemicals", "mat.fluoropolymers", "essential"),
        ("mat.fluoropolymers", "mat.ion-membranes", "essential"),
        ("mat.industrial-silicon", "mat.silicone-monomers", "essential"),
        ("mat.silicone-monomers", "mat.silicones", "essential"),
        ("mat.pan-precursor", "mat.carbon-fibre", "essential"),
        ("mat.carbon-fibre", "mat.high-temperature-composites", "essential"),
        ("mat.carbon-fibre", "mat.polymer-composites", "substitutable"),
        ("mat.thermosets", "mat.polymer-composites", "essential"),
        ("mat.quartz-sand", "mat.quartz-products", "essential"),
        ("mat.refractory-metals", "mat.cemented-carbides", "essential"),
        ("mat.polymer-monomers", "mat.engineering-plastics", "essential"),
        ("mat.catalysts", "mat.polyolefins", "essential"),
        ("mat.polymer-additives", "mat.modified-plastics", "essential"),
        ("mat.polyester-films", "mat.optical-films", "essential"),
        ("mat.precious-metals", "mat.conductive-pastes", "essential"),
        ("mat.refractory-metals", "mat.superalloys", "essential"),
        ("mat.polymer-composites", "mat.carbon-fibre", None),
        ("mat.silicones", "mat.silicone-monomers", None),
    ),
    products=(
        ("单组分脱醇型硅酮密封胶", "mat.adhesives"),
        ("航空级对位芳纶长丝", "mat.organic-fibres"),
        ("12K 高强型碳纤维纱", "mat.carbon-fibre"),
        ("卷式低压反渗透膜元件", "mat.separation-membranes"),
        ("无卤增强改性尼龙粒料", "mat.modified-plastics"),
        ("50W600 冷轧无取向硅钢卷", "mat.electrical-steel"),
        ("定向凝固高温合金铸锭", "mat.superalloys"),
        ("ER50-6 气保焊丝", "mat.joining-materials"),
        ("99 瓷氧化铝陶瓷环", "mat.structural-ceramics"),
        ("锰锌铁氧体 EE 型", "mat.soft-magnets"),
        ("增强型质子交换膜卷材", "mat.ion-membranes"),
        ("GCr15 轴承钢圆钢", "mat.special-steel"),
    ),
    strangers=(
        ("血液透析用中空纤维膜", "mat.separation-membranes"),
        ("铝合金型材门窗", "mat.light-alloys"),
        ("珠宝首饰用铂金材料饰品", "mat.precious-metals"),
        ("半导体用石英玻璃环", "mat.quartz-products"),
    ),
)
