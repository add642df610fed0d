"""What an engineer expects of the shipped chain of integrated circuits."""

from __future__ import annotations

from tests.chain.clusters import Expectation

EXPECTATION = Expectation(
    chain="ic",
    stages={
        "tools-and-ip": "eda ip-cores",
        "materials": (
            "polysilicon silicon-wafers compound-substrates photomasks photoresists electronic-gases wet-chemicals "
            "precursors sputtering-targets cmp-materials packaging-substrates lead-frames bonding-wires "
            "moulding-compounds"
        ),
        "equipment": (
            "crystal-growth-equipment lithography coater-developers etch-equipment deposition-equipment ion-implanters "
            "thermal-equipment cleaning-equipment cmp-equipment metrology-equipment equipment-components "
            "packaging-equipment test-equipment"
        ),
        "manufacturing": "logic-foundry memory-manufacturing mems-manufacturing",
        "packaging-test": "packaging advanced-packaging test-services probe-cards",
        "design": (
            "processor-design ai-chip-design mcu-design memory-design analog-design rf-design fpga-design "
            "sensor-chip-design display-driver-design power-devices compound-devices"
        ),
    },
    facts=(
        ("mat.industrial-silicon", "ic.polysilicon", "essential"),
        ("mat.copper-alloys", "ic.lead-frames", "essential"),
        ("mat.quartz-products", "ic.photomasks", "essential"),
        ("mat.fluorochemicals", "ic.wet-chemicals", "substitutable"),
        ("ic.polysilicon", "ic.silicon-wafers", "essential"),
        ("ic.silicon-wafers", "ic.logic-foundry", "essential"),
        ("ic.lithography", "ic.logic-foundry", "essential"),
        ("ic.lithography", "ic.memory-manufacturing", "essential"),
        ("ic.photoresists", "ic.logic-foundry", "essential"),
        ("ic.memory-design", "ic.memory-manufacturing", None),
        ("ic.memory-manufacturing", "ic.memory-design", "substitutable"),
        ("ic.eda", "ic.memory-manufacturing", "essential"),
        ("ic.compound-substrates", "ic.compound-devices", "essential"),
        ("ic.lead-frames", "ic.packaging", "essential"),
        ("ic.packaging-substrates", "ic.advanced-packaging", "essential"),
        ("ic.test-equipment", "ic.test-services", "essential"),
        ("ic.packaging", "ic.test-services", "essential"),
        ("ic.probe-cards", "ic.test-services", "essential"),
        ("ic.test-services", "ic.packaging", None),
        ("ic.logic-foundry", "ic.packaging", "substitutable"),
        ("ic.processor-design", "ic.logic-foundry", None),
        ("ic.logic-foundry", "ic.processor-design", "essential"),
        ("ic.advanced-packaging", "ic.ai-chip-design", "essential"),
        ("ic.packaging", "ic.mcu-design", "essential"),
        ("ic.packaging", "ic.power-devices", "essential"),
        ("ic.advanced-packaging", "ic.display-driver-design", "essential"),
        ("ic.compound-devices", "ic.rf-design", "substitutable"),
        ("ic.mems-manufacturing", "ic.sensor-chip-design", "substitutable"),
        ("ic.logic-foundry", "com.network-chips", "essential"),
        ("ic.advanced-packaging", "ai.servers", None),
    ),
)
