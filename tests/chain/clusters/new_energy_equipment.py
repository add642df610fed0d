"""What an engineer expects of the shipped chain of new-energy equipment."""

from __future__ import annotations

from tests.chain.clusters import Expectation

EXPECTATION = Expectation(
    chain="nee",
    stages={
        "materials": (
            "solar-polysilicon silver-paste pv-glass encapsulant-films lithium-salts cathode-precursors "
            "cathode-materials anode-materials electrolyte-salts electrolytes separators battery-foils "
            "conductive-agents cell-structural-parts fuel-cell-materials insulation"
        ),
        "production-equipment": "pv-production-equipment battery-equipment",
        "components": (
            "pv-wafers pv-cells junction-boxes-frames pv-mounting lithium-cells battery-packs "
            "solid-state-batteries other-storage-batteries lead-acid-batteries battery-management-systems "
            "hvdc-relays wind-blades wind-gearboxes wind-bearings wind-castings wind-generators wind-converters "
            "wind-towers"
        ),
        "systems": (
            "pv-modules pv-inverters storage-converters storage-thermal-safety energy-management-software "
            "energy-storage-systems wind-turbines electrolysers hydrogen-storage fuel-cell-systems "
            "generating-equipment transformers switchgear low-voltage-apparatus power-cables smart-meters "
            "grid-automation power-electronics-grid charging-equipment"
        ),
        "integration-services": "pv-plants wind-farms virtual-power-plants battery-recycling",
    },
    facts=(
        ("nee.solar-polysilicon", "nee.pv-wafers", "essential"),
        ("nee.pv-wafers", "nee.pv-cells", "essential"),
        ("nee.silver-paste", "nee.pv-cells", "essential"),
        ("nee.pv-cells", "nee.pv-modules", "essential"),
        ("nee.pv-glass", "nee.pv-modules", "essential"),
        ("nee.lithium-salts", "nee.cathode-materials", "essential"),
        ("nee.electrolyte-salts", "nee.electrolytes", "essential"),
        ("nee.separators", "nee.lithium-cells", "essential"),
        # what a solid electrolyte is for: it may do without the film
        ("nee.separators", "nee.solid-state-batteries", "substitutable"),
        ("nee.electrolytes", "nee.solid-state-batteries", None),
        ("nee.lithium-cells", "nee.energy-storage-systems", "essential"),
        ("ic.power-devices", "nee.pv-inverters", "essential"),
        ("ic.compound-devices", "nee.pv-inverters", "substitutable"),
        ("ic.analog-design", "nee.battery-management-systems", "essential"),
        ("nee.wind-blades", "nee.wind-turbines", "essential"),
        # direct-drive turbines have no gearbox, doubly-fed generators no magnets
        ("nee.wind-gearboxes", "nee.wind-turbines", "substitutable"),
        ("emb.rare-earth-magnets", "nee.wind-generators", "substitutable"),
        ("nee.fuel-cell-materials", "nee.fuel-cell-systems", "essential"),
        ("nee.fuel-cell-materials", "nee.electrolysers", "substitutable"),
        ("nee.insulation", "nee.transformers", "essential"),
        ("ic.polysilicon", "nee.pv-wafers", None),
    ),
    products=(
        ("湿法锂电池隔膜基膜", "nee.separators"),
        ("高镍三元正极材料及其制品", "nee.cathode-materials"),
        ("大尺寸 N 型单晶硅片", "nee.pv-wafers"),
        ("182 mm TOPCon 电池片产品", "nee.pv-cells"),
        ("双面双玻光伏组件", "nee.pv-modules"),
        ("户用组串式逆变器产品", "nee.pv-inverters"),
        ("方形磷酸铁锂电池电芯", "nee.lithium-cells"),
        ("海上风力发电机组制造", "nee.wind-turbines"),
        ("2.5 MW 风电齿轮箱总成", "nee.wind-gearboxes"),
        ("120 kW 直流充电桩", "nee.charging-equipment"),
        ("220 kV 油浸式电力变压器", "nee.transformers"),
        ("三相智能电能表系列", "nee.smart-meters"),
        ("工商业储能系统一体柜", "nee.energy-storage-systems"),
        ("碱性水电解制氢装置", "nee.electrolysers"),
    ),
    strangers=(
        ("电子级多晶硅", "nee.solar-polysilicon"),
        ("程控隔膜压滤机", "nee.separators"),
        ("锂电池隔膜生产线", "nee.lithium-cells"),
        ("高频电子变压器", "nee.transformers"),
        ("太阳能热水器", "nee.pv-plants"),
        ("逆变焊机用逆变器", "nee.pv-inverters"),
    ),
)
