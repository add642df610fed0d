"""What an engineer expects of the shipped chain of network communications."""

from __future__ import annotations

from tests.chain.clusters import Expectation

EXPECTATION = Expectation(
    chain="com",
    stages={
        "materials": (
            "fibre-chemicals quartz-materials cable-materials copper-clad-laminates pcb-chemicals pcb-equipment "
            "microwave-ceramics fibre-equipment"
        ),
        "devices": (
            "fibre-preforms optical-fibre optical-chips photonic-circuits network-chips passive-optics "
            "optical-subassemblies optical-connectors printed-circuits flexible-circuits rf-filters "
            "acoustic-filters frequency-devices rf-modules antennas rf-connectors acoustic-parts"
        ),
        "cables-modules": (
            "optical-cables submarine-cables communication-cables optical-transceivers wireless-modules "
            "communication-power"
        ),
        "systems": (
            "base-stations core-network optical-transport access-equipment switches-routers industrial-networks "
            "private-networks satellites satellite-ground navigation-equipment broadcast-equipment "
            "test-instruments"
        ),
        "terminals": (
            "terminal-parts home-terminals electronics-manufacturing smartphones rfid-cards iot-terminals"
        ),
        "security-software": (
            "network-software network-security-equipment cryptography security-software quantum-communication"
        ),
        "services": "network-engineering telecom-operators cloud-communications satellite-services iot-services",
    },
    facts=(
        ("mat.copper-foil", "com.copper-clad-laminates", "essential"),
        ("com.copper-clad-laminates", "com.printed-circuits", "essential"),
        ("com.fibre-chemicals", "com.fibre-preforms", "essential"),
        ("com.fibre-preforms", "com.optical-fibre", "essential"),
        ("com.optical-fibre", "com.optical-cables", "essential"),
        ("ic.compound-substrates", "com.optical-chips", "essential"),
        ("com.optical-chips", "com.optical-subassemblies", "essential"),
        ("com.optical-chips", "com.optical-transceivers", "essential"),
        ("com.network-chips", "com.switches-routers", "essential"),
        ("com.optical-transceivers", "com.optical-transport", "essential"),
        ("com.antennas", "com.base-stations", "essential"),
        ("com.rf-filters", "com.base-stations", "essential"),
        ("ic.fpga-design", "com.base-stations", "essential"),
        ("com.acoustic-filters", "com.smartphones", "essential"),
        ("com.printed-circuits", "com.switches-routers", "essential"),
        ("ic.processor-design", "com.wireless-modules", "essential"),
        ("ic.mcu-design", "com.cryptography", "essential"),
        ("com.satellites", "com.satellite-services", "essential"),
        ("com.base-stations", "com.telecom-operators", "essential"),
        ("com.optical-cables", "com.optical-fibre", None),
        ("com.smartphones", "com.acoustic-filters", None),
    ),
    products=(
        ("G.652D 单模光纤", "com.optical-fibre"),
        ("24 芯层绞式光缆", "com.optical-cables"),
        ("400G 数据中心光模块", "com.optical-transceivers"),
        ("六层高密度互连印制电路板", "com.printed-circuits"),
        ("万兆三层以太网交换机", "com.switches-routers"),
        ("手机用声表面波滤波器", "com.acoustic-filters"),
        ("LTE Cat.1 无线通信模块", "com.wireless-modules"),
        ("5G 宏基站天线", "com.antennas"),
        ("下一代防火墙产品", "com.network-security-equipment"),
        ("金融数据密码机", "com.cryptography"),
        ("4K 智能网络机顶盒", "com.home-terminals"),
        ("石英晶体谐振器及组件", "com.frequency-devices"),
        ("optical modules for data centres", "com.optical-transceivers"),
    ),
    strangers=(
        ("光纤激光器", "com.optical-fibre"),
        ("光纤连接器", "com.optical-fibre"),
        ("铝合金防火门窗", "com.network-security-equipment"),
        ("手机摄像模组", "com.smartphones"),
        ("PCB 激光钻孔设备", "com.printed-circuits"),
        ("数字程控交换机", "com.switches-routers"),
    ),
)
