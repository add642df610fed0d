"""What an engineer expects of the shipped chain of intelligent connected vehicles."""

from __future__ import annotations

from tests.chain.clusters import Expectation

EXPECTATION = Expectation(
    chain="icv",
    stages={
        "chips-and-basics": (
            "automotive-chips automotive-power-modules automotive-sensors harnesses-connectors rubber-and-seals "
            "aluminium-castings vehicle-engineering"
        ),
        "mechanical-parts": (
            "wheels tyres wheel-bearings drivelines suspensions foundation-brakes engines aftertreatment "
            "transmissions body-panels automotive-glass seats interior-exterior-trim lamps passive-safety "
            "closures-hardware"
        ),
        "electric-and-intelligent": (
            "thermal-management drive-motors motor-controllers electric-drive-assemblies onboard-power "
            "brake-by-wire steering vehicle-controllers automotive-lidar automotive-cameras automotive-radars "
            "positioning-maps adas-controllers driving-software vehicle-software smart-cockpit telematics "
            "roadside-infrastructure"
        ),
        "vehicles": "new-energy-cars fuel-cars commercial-vehicles special-vehicles autonomous-vehicles",
        "services": "vehicle-testing charging-services mobility-services vehicle-recycling",
    },
    facts=(
        ("ic.mcu-design", "icv.automotive-chips", "essential"),
        ("ic.power-devices", "icv.automotive-power-modules", "essential"),
        ("icv.automotive-power-modules", "icv.motor-controllers", "essential"),
        ("emb.rare-earth-magnets", "icv.drive-motors", "essential"),
        ("icv.drive-motors", "icv.electric-drive-assemblies", "essential"),
        ("nee.battery-packs", "icv.new-energy-cars", "essential"),
        ("nee.battery-packs", "icv.fuel-cars", None),
        ("icv.engines", "icv.fuel-cars", "essential"),
        # a range extender or plug-in hybrid has an engine, a battery car has none
        ("icv.engines", "icv.new-energy-cars", "substitutable"),
        ("icv.wheels", "icv.new-energy-cars", "essential"),
        ("icv.automotive-chips", "icv.adas-controllers", "essential"),
        ("icv.automotive-lidar", "icv.adas-controllers", "substitutable"),
        ("icv.automotive-lidar", "icv.autonomous-vehicles", "essential"),
        ("ic.sensor-chip-design", "icv.automotive-cameras", "essential"),
        ("ic.rf-design", "icv.automotive-radars", "essential"),
        ("emb.imu", "icv.positioning-maps", "essential"),
        ("icv.foundation-brakes", "icv.brake-by-wire", "essential"),
        ("nee.charging-equipment", "icv.charging-services", "essential"),
        ("nee.fuel-cell-systems", "icv.commercial-vehicles", "substitutable"),
        ("emb.lidar", "icv.automotive-lidar", None),
    ),
    products=(
        ("低压铸造铝合金轮毂系列", "icv.wheels"),
        ("第三代轮毂轴承单元", "icv.wheel-bearings"),
        ("32 位车规级 MCU 产品", "icv.automotive-chips"),
        ("长距车载激光雷达", "icv.automotive-lidar"),
        ("77 GHz 车载毫米波雷达", "icv.automotive-radars"),
        ("八百万像素车载摄像头", "icv.automotive-cameras"),
        ("扁线永磁驱动电机总成", "icv.drive-motors"),
        ("乘用车电动助力转向系统", "icv.steering"),
        ("EPB 电子驻车制动系统", "icv.brake-by-wire"),
        ("全钢载重子午线轮胎", "icv.tyres"),
        ("汽车空调压缩机总成", "icv.thermal-management"),
        ("双腔空气悬架总成", "icv.suspensions"),
        ("L2 级智能驾驶域控制器", "icv.adas-controllers"),
        ("6.6 kW 车载充电机", "icv.onboard-power"),
        ("增程式新能源乘用车", "icv.new-energy-cars"),
    ),
    strangers=(
        ("风电轮毂铸件", "icv.wheels"),
        ("洗衣机减速离合器", "icv.transmissions"),
        ("轮胎模具", "icv.tyres"),
        ("飞机自动驾驶仪", "icv.driving-software"),
        ("乘用车座椅", "icv.fuel-cars"),
        ("高铁制动闸片", "icv.foundation-brakes"),
    ),
)
