"""The ear as an ONNX graph, drawn node by node: nothing of the training room is left in it.

Input `picture` (N, T, M) float32 decibels, output `embedding` (N, D) of unit length. The picture is settled
(range, mean, scale) inside the graph; batch normalizations are folded into their convolutions.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from synesthete.training.model import EPSILON, RANGE_DB, SCALE_DB, Conv, Ear, fold

OPSET = 17  # of 2022: old enough for every runtime in use
IR_VERSION = 9


class _Graph:
    """Nodes and constants as they are added; every call names the tensor it makes."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, name: str, value: np.ndarray) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, kind: str, inputs: list[str], name: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        return name

    def settle(self, picture: str) -> str:
        """Range below the maximum, mean removed, scaled; with a channel axis for the convolutions."""
        top = self.node("ReduceMax", [picture], "top", axes=[1, 2], keepdims=1)
        lowest = self.node(
            "Sub", [top, self.constant("range_db", np.array([RANGE_DB], np.float32))], "lowest"
        )
        clipped = self.node("Max", [picture, lowest], "clipped")
        mean = self.node("ReduceMean", [clipped], "mean_db", axes=[1, 2], keepdims=1)
        centered = self.node("Sub", [clipped, mean], "centered")
        scaled = self.node(
            "Div", [centered, self.constant("scale_db", np.array([SCALE_DB], np.float32))], "scaled"
        )
        return self.node(
            "Unsqueeze", [scaled, self.constant("channel_axis", np.array([1], np.int64))], "settled"
        )

    def block(self, x: str, block: Conv, number: int) -> str:
        """Convolution, bias, what it is added to, ReLU."""
        weight, bias = (tensor.cpu().numpy().astype(np.float32) for tensor in fold(block))
        name = f"block{number}"
        inputs = [x, self.constant(f"{name}.weight", weight), self.constant(f"{name}.bias", bias)]
        top, left = block.padding
        stride = list(block.conv.stride)
        y = self.node("Conv", inputs, f"{name}.conv", strides=stride, pads=[top, left, top, left])
        if block.residual:
            y = self.node("Add", [x, y], f"{name}.sum")
        return self.node("Relu", [y], f"{name}.out")


def draw_graph(ear: Ear) -> onnx.ModelProto:
    """The graph of a trained ear."""
    graph = _Graph()
    x = graph.settle("picture")
    for number, block in enumerate(ear.layers()):
        x = graph.block(x, block, number)
    mean = graph.node("ReduceMean", [x], "mean", axes=[2, 3], keepdims=0)
    peak = graph.node("ReduceMax", [x], "peak", axes=[2, 3], keepdims=0)
    pooled = graph.node("Concat", [mean, peak], "pooled", axis=1)
    weight = graph.constant("linear.weight", ear.linear.weight.detach().cpu().numpy().T)
    bias = graph.constant("linear.bias", ear.linear.bias.detach().cpu().numpy())
    raw = graph.node("Gemm", [pooled, weight, bias], "raw")
    length = graph.node("ReduceL2", [raw], "length", axes=[1], keepdims=1)
    safe = graph.node(
        "Max", [length, graph.constant("epsilon", np.array([EPSILON], np.float32))], "safe_length"
    )
    graph.node("Div", [raw, safe], "embedding")
    shape = ear.shape
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "ear",
            [helper.make_tensor_value_info("picture", TensorProto.FLOAT, ["N", "T", shape.bands])],
            [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["N", shape.dim])],
            graph.constants,
        ),
        opset_imports=[helper.make_opsetid("", OPSET)],
        producer_name="synesthete",
    )
    model.ir_version = IR_VERSION
    onnx.checker.check_model(model)
    return model


def quantize(fp32: Path, int8: Path, pictures: np.ndarray) -> None:
    """Writes the static 8-bit form (convolutions only, per channel, QDQ); calibrated on (N, T, M)."""
    from onnxruntime.quantization import (
        CalibrationDataReader,
        CalibrationMethod,
        QuantFormat,
        QuantType,
        quantize_static,
    )

    class Reader(CalibrationDataReader):
        def __init__(self) -> None:
            self.batches = iter(np.array_split(pictures.astype(np.float32), max(1, len(pictures) // 8)))

        def get_next(self) -> dict[str, np.ndarray] | None:
            batch = next(self.batches, None)
            return None if batch is None else {"picture": batch}

    before = logging.root.manager.disable
    logging.disable(logging.WARNING)  # it advises a preparation that this graph does not need
    try:
        quantize_static(
            str(fp32),
            str(int8),
            Reader(),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=["Conv"],
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            calibrate_method=CalibrationMethod.MinMax,
        )
    finally:
        logging.disable(before)
