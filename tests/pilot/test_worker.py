"""What runtimes say when they fail is told by operator; outputs of variants are laid beside their reference."""

from __future__ import annotations

import numpy as np
import pytest

from chainmend.errors import PilotError
from chainmend.pilot.comparing import errors
from chainmend.pilot.worker import beside, told


@pytest.mark.parametrize(
    ("message", "operator"),
    [
        (
            "[ONNXRuntimeError] : 9 : NOT_IMPLEMENTED : Could not find an implementation for ConvInteger(10) node "
            "with name 'conv'",
            "ConvInteger",
        ),
        (
            "[ONNXRuntimeError] : 1 : FAIL : Non-zero status code returned while running Conv node. Name:'a/Conv'",
            "Conv",
        ),
        ("Fatal error: ai.custom:Fancy(-1) is not a registered function/op", "Fancy"),
        (
            "[ONNXRuntimeError] : 10 : INVALID_GRAPH : No Op registered for Swish with domain_version of 9",
            "Swish",
        ),
        (
            "Could not run 'aten::_weight_norm' with arguments from the 'CUDA' backend. This could be because",
            "aten::_weight_norm",
        ),
        ("The operator 'aten::unique' is not currently implemented for the NPU device", "aten::unique"),
        ("\"addmm_impl_cpu_\" not implemented for 'Half'", "addmm_impl_cpu_"),
        ("out of memory", ""),
    ],
)
def test_operator_of_a_message(message: str, operator: str) -> None:
    found = told(RuntimeError(message), "run")
    assert (found.state, found.stage, found.error) == ("error", "run", "RuntimeError")
    assert found.operator == operator


def test_real_messages_of_onnx_runtime_name_their_operator() -> None:
    """A model with an operator nobody knows, loaded for good."""
    onnx = pytest.importorskip("onnx")
    ort = pytest.importorskip("onnxruntime", reason="the extra pilot is not installed")
    h, t = onnx.helper, onnx.TensorProto
    graph = h.make_graph(
        [h.make_node("Fancy", ["x"], ["y"], domain="ai.custom")],
        "g",
        [h.make_tensor_value_info("x", t.FLOAT, [1])],
        [h.make_tensor_value_info("y", t.FLOAT, [1])],
    )
    ids = [h.make_opsetid("", 13), h.make_opsetid("ai.custom", 1)]
    model = h.make_model(graph, opset_imports=ids, ir_version=8)
    with pytest.raises(Exception, match="Fancy") as caught:
        ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    assert told(caught.value, "load").operator == "Fancy"


def test_outputs_are_matched_by_name_and_else_by_order() -> None:
    a, b = np.zeros(2), np.ones(2)
    right = {"p": a, "q": b}
    for got in ({"q": b, "p": a}, {"first": a, "second": b}):
        assert errors(beside(got, got, right)).error == 0
    with pytest.raises(PilotError, match="outputs: p; expected: p, q"):
        beside({"p": a}, {"p": a}, right)
