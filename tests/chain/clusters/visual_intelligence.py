"""What an engineer expects of the shipped chain of visual intelligence."""

from __future__ import annotations

from tests.chain.clusters import Expectation

EXPECTATION = Expectation(
    chain="vis",
    stages={
        "materials": (
            "infrared-materials optics-equipment display-equipment liquid-crystals oled-materials "
            "display-photoresists"
        ),
        "components": (
            "optical-elements optical-filters micro-optics lenses lens-actuators camera-modules "
            "infrared-detectors imaging-cores vision-lighting led-chips led-packages"
        ),
        "displays": (
            "lcd-panels oled-panels backlights touch-modules display-modules led-displays commercial-displays "
            "televisions projectors xr-headsets"
        ),
        "front-end": (
            "network-cameras consumer-cameras thermal-cameras inspection-vision security-screening "
            "access-control smart-locks intercoms alarm-equipment traffic-sensing mobile-recorders "
            "optical-instruments"
        ),
        "back-end": (
            "recorders video-servers display-control video-conferencing broadcast-video pro-audio "
            "vision-algorithms video-platforms digital-twins"
        ),
        "integration": (
            "security-integration traffic-integration building-intelligence exhibition-content video-services"
        ),
    },
    facts=(
        ("ic.sensor-chip-design", "vis.network-cameras", "essential"),
        ("ic.sensor-chip-design", "vis.camera-modules", "essential"),
        ("vis.lenses", "vis.camera-modules", "essential"),
        ("vis.optical-elements", "vis.lenses", "essential"),
        ("mat.special-glass", "vis.optical-elements", "essential"),
        ("mat.optical-films", "vis.lcd-panels", "essential"),
        ("vis.liquid-crystals", "vis.lcd-panels", "essential"),
        ("vis.oled-materials", "vis.oled-panels", "essential"),
        ("ic.display-driver-design", "vis.lcd-panels", "essential"),
        ("ic.deposition-equipment", "vis.led-chips", "essential"),
        ("vis.led-packages", "vis.led-displays", "essential"),
        ("vis.infrared-detectors", "vis.thermal-cameras", "essential"),
        ("vis.micro-optics", "vis.xr-headsets", "essential"),
        ("ic.ai-chip-design", "vis.video-servers", "essential"),
        ("vis.network-cameras", "vis.security-integration", "essential"),
        ("com.switches-routers", "vis.security-integration", "essential"),
        ("vis.lcd-panels", "vis.televisions", "essential"),
        ("vis.camera-modules", "vis.lenses", None),
        ("vis.network-cameras", "ic.sensor-chip-design", None),
    ),
    products=(
        ("400 万星光级球型摄像机", "vis.network-cameras"),
        ("64 路网络硬盘录像机整机", "vis.recorders"),
        ("4K 超短焦激光电视", "vis.projectors"),
        ("P1.2 小间距 LED 显示屏", "vis.led-displays"),
        ("手持式红外热像仪", "vis.thermal-cameras"),
        ("手机后置摄像头模组", "vis.camera-modules"),
        ("模造玻璃非球面透镜", "vis.optical-elements"),
        ("蓝玻璃红外截止滤光片", "vis.optical-filters"),
        ("6 代柔性 AMOLED 面板", "vis.oled-panels"),
        ("分体式 VR 头显设备", "vis.xr-headsets"),
        ("PCB 自动光学检测设备", "vis.inspection-vision"),
        ("人脸识别智能门锁", "vis.smart-locks"),
        ("云视频会议系统", "vis.video-conferencing"),
        ("2.8-12 mm zoom lens for cameras", "vis.lenses"),
    ),
    strangers=(
        ("CMOS 图像传感器", "vis.camera-modules"),
        ("液晶面板驱动芯片", "vis.lcd-panels"),
        ("TFT-LCD 光刻胶", "vis.lcd-panels"),
        ("眼镜用光学镜片", "vis.optical-elements"),
        ("LED 显示驱动芯片", "vis.led-displays"),
        ("多路温度在线监测监控系统", "vis.video-platforms"),
    ),
)
