"""What an engineer expects of the shipped chain of biomedicine and devices."""

from __future__ import annotations

from tests.chain.clusters import Expectation

EXPECTATION = Expectation(
    chain="bio",
    stages={
        "materials": (
            "intermediates chemical-apis fermentation-apis peptide-apis research-reagents culture-media "
            "chromatography-media excipients pharma-packaging tcm-slices plant-extracts ivd-raw-materials "
            "medical-materials"
        ),
        "equipment": (
            "bioprocess-equipment pharma-machinery sterile-filling life-instruments imaging-components"
        ),
        "medicines": (
            "oncology-drugs anti-infectives chronic-disease-drugs oral-solids injectables complex-formulations "
            "antibodies recombinant-proteins blood-products vaccines cell-gene-therapy radiopharmaceuticals "
            "tcm-patent"
        ),
        "devices": (
            "ivd-immuno ivd-molecular ivd-poct ivd-analysers ct-mri ultrasound endoscopes radiotherapy monitors "
            "respiratory dialysis surgical-instruments surgical-robots cardio-implants active-implants "
            "ortho-implants ophthalmic dental aesthetic infusion-consumables dressings home-devices "
            "hospital-equipment"
        ),
        "services": ("discovery-cro clinical-cro cdmo clinical-labs digital-health distribution"),
    },
    facts=(
        ("bio.intermediates", "bio.chemical-apis", "essential"),
        ("bio.chemical-apis", "bio.oral-solids", "essential"),
        ("bio.excipients", "bio.oral-solids", "essential"),
        ("bio.fermentation-apis", "bio.anti-infectives", "essential"),
        ("bio.pharma-packaging", "bio.injectables", "essential"),
        ("bio.sterile-filling", "bio.injectables", "essential"),
        ("bio.culture-media", "bio.antibodies", "essential"),
        ("bio.chromatography-media", "bio.antibodies", "essential"),
        ("bio.bioprocess-equipment", "bio.vaccines", "essential"),
        ("bio.chromatography-media", "bio.blood-products", "essential"),
        ("bio.tcm-slices", "bio.tcm-patent", "essential"),
        ("bio.ivd-raw-materials", "bio.ivd-immuno", "essential"),
        ("bio.imaging-components", "bio.ct-mri", "essential"),
        ("ic.sensor-chip-design", "bio.endoscopes", "essential"),
        ("ic.analog-design", "bio.monitors", "essential"),
        ("emb.servo-motors", "bio.surgical-robots", "essential"),
        ("bio.medical-materials", "bio.ortho-implants", "essential"),
        ("bio.ivd-analysers", "bio.clinical-labs", "essential"),
        ("bio.oral-solids", "bio.chemical-apis", None),
        ("bio.ct-mri", "bio.imaging-components", None),
    ),
    products=(
        ("头孢克肟原料药", "bio.chemical-apis"),
        ("全自动化学发光免疫分析仪", "bio.ivd-analysers"),
        ("新型冠状病毒核酸检测试剂盒（荧光法）", "bio.ivd-molecular"),
        ("肌钙蛋白化学发光试剂盒", "bio.ivd-immuno"),
        ("四价流感病毒裂解疫苗", "bio.vaccines"),
        ("帕博利珠单克隆抗体注射液", "bio.antibodies"),
        ("数字化 X 射线平板探测器", "bio.imaging-components"),
        ("1.5T 超导磁共振成像系统", "bio.ct-mri"),
        ("中药复方丹参滴丸", "bio.tcm-patent"),
        ("冠脉药物洗脱支架系统", "bio.cardio-implants"),
        ("CHO 无血清培养基干粉", "bio.culture-media"),
        ("腹腔镜手术机器人", "bio.surgical-robots"),
        ("创新药 CDMO 服务", "bio.cdmo"),
    ),
)
