"""What an engineer expects of the shipped chain of artificial intelligence."""

from __future__ import annotations

from tests.chain.clusters import Expectation

EXPECTATION = Expectation(
    chain="ai",
    stages={
        "compute-parts": (
            "accelerator-boards memory-modules solid-state-drives motherboards thermal-parts server-power "
            "data-centre-cooling"
        ),
        "machines": (
            "servers ai-servers storage-systems personal-computers peripherals self-service-terminals wearables "
            "smart-hardware smart-controllers"
        ),
        "data": "data-labelling data-platforms data-exchange blockchain spatial-data",
        "software-models": (
            "operating-systems databases middleware virtualization ai-frameworks foundation-models "
            "model-services model-assurance speech-language"
        ),
        "infrastructure": "data-centre-engineering data-centres compute-services cloud-services",
        "applications": (
            "design-software manufacturing-software industrial-internet enterprise-software office-software "
            "finance-software government-software energy-software construction-software education-software "
            "commerce-software"
        ),
        "services": "ai-solutions system-integration software-outsourcing it-operations",
    },
    facts=(
        ("ic.ai-chip-design", "ai.accelerator-boards", "essential"),
        ("ic.memory-manufacturing", "ai.accelerator-boards", "essential"),
        ("ic.advanced-packaging", "ai.accelerator-boards", None),  # it goes into the chip on the board
        ("ai.accelerator-boards", "ai.ai-servers", "essential"),
        ("ic.processor-design", "ai.servers", "essential"),
        ("com.optical-transceivers", "ai.ai-servers", "essential"),
        ("ai.ai-servers", "ai.compute-services", "essential"),
        ("ai.data-centre-cooling", "ai.data-centre-engineering", "essential"),
        ("ai.data-centre-engineering", "ai.data-centres", "essential"),
        ("ai.data-labelling", "ai.foundation-models", "essential"),
        ("ai.ai-frameworks", "ai.foundation-models", "essential"),
        ("ai.ai-servers", "ai.foundation-models", "essential"),
        ("ai.foundation-models", "ai.model-services", "essential"),
        ("ai.operating-systems", "ai.databases", "essential"),
        ("ai.databases", "ai.finance-software", "essential"),
        ("vis.lcd-panels", "ai.personal-computers", "essential"),
        ("ai.model-services", "ai.ai-solutions", "essential"),
        ("ai.foundation-models", "ai.ai-frameworks", None),
        ("ai.data-centres", "ai.servers", None),
    ),
    products=(
        ("2U 双路机架式服务器", "ai.servers"),
        ("八卡 GPU 服务器", "ai.ai-servers"),
        ("PCIe 接口企业级固态硬盘", "ai.solid-state-drives"),
        ("DDR5 服务器内存条", "ai.memory-modules"),
        ("机房用精密空调机组", "ai.data-centre-cooling"),
        ("安可分布式数据库", "ai.databases"),
        ("国产桌面操作系统", "ai.operating-systems"),
        ("中文大语言模型研发", "ai.foundation-models"),
        ("银行核心系统开发", "ai.finance-software"),
        ("钢铁行业制造执行系统", "ai.manufacturing-software"),
        ("语音合成与语音识别软件", "ai.speech-language"),
        ("建筑工程造价软件", "ai.construction-software"),
        ("智能 POS 终端", "ai.self-service-terminals"),
        ("cloud computing platform", "ai.cloud-services"),
    ),
    strangers=(
        ("服务器处理器", "ai.servers"),
        ("机器人操作系统", "ai.operating-systems"),
        ("具身大模型", "ai.foundation-models"),
        ("机器人系统集成", "ai.system-integration"),
        ("3D 打印机", "ai.peripherals"),
        ("数据库审计系统", "ai.databases"),
    ),
    apart="peripherals self-service-terminals smart-controllers wearables",
)
