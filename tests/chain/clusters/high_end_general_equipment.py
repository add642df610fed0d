"""What an engineer expects of the shipped chain of general equipment."""

from __future__ import annotations

from tests.chain.clusters import Expectation

EXPECTATION = Expectation(
    chain="geq",
    stages={
        "basic-parts": ("castings forgings bearings gearboxes power-transmission fasteners seals"),
        "drives-and-control": (
            "hydraulics pneumatics electric-motors inverters-drives cnc-systems spindles-and-tables "
            "cutting-tools control-systems"
        ),
        "instruments": (
            "process-instruments analytical-instruments utility-meters testing-machines dimensional-metrology "
            "weighing"
        ),
        "machine-tools": (
            "cnc-machine-tools grinding-and-gear-machines laser-and-edm metal-forming foundry-and-furnaces "
            "welding-machines additive-manufacturing moulds plastics-machinery"
        ),
        "fluid-and-thermal": (
            "pumps vacuum-equipment air-compressors process-compressors fans valves control-valves "
            "pressure-vessels heat-exchangers air-separation refrigeration-compressors hvac-chillers "
            "filtration-separation"
        ),
        "handling-and-packaging": (
            "elevators elevator-parts forklifts cranes conveyors packaging-machinery printing-machinery "
            "power-tools"
        ),
        "systems-and-services": (
            "condition-monitoring process-plants industrial-gases maintenance-and-remanufacturing"
        ),
    },
    facts=(
        ("geq.castings", "geq.cnc-machine-tools", "essential"),
        ("geq.cnc-systems", "geq.cnc-machine-tools", "essential"),
        ("emb.screws", "geq.cnc-machine-tools", "essential"),
        ("emb.linear-guides", "geq.cnc-machine-tools", "essential"),
        ("emb.precision-bearings", "geq.spindles-and-tables", "essential"),
        ("mat.cemented-carbides", "geq.cutting-tools", "essential"),
        ("mat.special-steel", "geq.bearings", "essential"),
        ("mat.electrical-steel", "geq.electric-motors", "essential"),
        ("ic.power-devices", "geq.inverters-drives", "essential"),
        ("geq.seals", "geq.pumps", "essential"),
        ("geq.process-compressors", "geq.air-separation", "essential"),
        ("geq.heat-exchangers", "geq.air-separation", "essential"),
        ("geq.air-separation", "geq.industrial-gases", "essential"),
        ("geq.elevator-parts", "geq.elevators", "essential"),
        ("emb.rare-earth-magnets", "geq.elevator-parts", "essential"),
        ("geq.hydraulics", "geq.forklifts", "essential"),
        ("geq.refrigeration-compressors", "geq.hvac-chillers", "essential"),
        ("geq.control-valves", "geq.process-plants", "essential"),
        ("mat.metal-powders", "geq.additive-manufacturing", "substitutable"),
        ("geq.cnc-machine-tools", "geq.castings", None),
        ("geq.elevators", "geq.elevator-parts", None),
    ),
    products=(
        ("VMC850 立式加工中心", "geq.cnc-machine-tools"),
        ("双室平面磨床 M7130", "geq.grinding-and-gear-machines"),
        ("250kW 永磁变频螺杆空压机", "geq.air-compressors"),
        ("六万等级内压缩流程空分装置", "geq.air-separation"),
        ("3.5 吨内燃平衡重式叉车", "geq.forklifts"),
        ("无齿轮永磁曳引机", "geq.elevator-parts"),
        ("小机房乘客电梯", "geq.elevators"),
        ("气动薄膜单座调节阀", "geq.control-valves"),
        ("双端面集装式机械密封", "geq.seals"),
        ("PET 瓶装水灌装机", "geq.packaging-machinery"),
        ("二板式伺服注塑机", "geq.plastics-machinery"),
        ("卧式不锈钢多级离心泵", "geq.pumps"),
        ("钎焊板式换热器", "geq.heat-exchangers"),
        ("NB-IoT 物联网水表", "geq.utility-meters"),
    ),
    strangers=(
        ("加工中心数控系统", "geq.cnc-machine-tools"),
        ("电梯导轨", "geq.elevators"),
        ("医用制氧机组", "geq.air-separation"),
        ("车载空气压缩机", "geq.air-compressors"),
        ("无人叉车", "geq.forklifts"),
        ("注塑机模具", "geq.plastics-machinery"),
    ),
)
