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
        "design": (
            "processor-design ai-chip-design mcu-design memory-design analog-design rf-design fpga-design "
            "sensor-chip-design display-driver-design"
        ),
        "manufacturing": "logic-foundry memory-manufacturing power-devices mems-manufacturing compound-devices",
        "packaging-test": "packaging advanced-packaging test-services probe-cards",
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
        ("ic.memory-design", "ic.memory-manufacturing", "essential"),
        ("ic.compound-substrates", "ic.compound-devices", "essential"),
        ("ic.lead-frames", "ic.packaging", "essential"),
        ("ic.packaging-substrates", "ic.advanced-packaging", "essential"),
        ("ic.test-equipment", "ic.test-services", "essential"),
        ("ic.packaging", "ic.test-services", "essential"),
        ("ic.probe-cards", "ic.test-services", "essential"),
        ("ic.mcu-design", "ic.logic-foundry", "substitutable"),
        ("ic.test-services", "ic.packaging", None),
        ("ic.logic-foundry", "ic.processor-design", None),
    ),
)
