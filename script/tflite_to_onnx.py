#!/usr/bin/env python3
"""Writes a small float network of TensorFlow Lite as ONNX that OpenCV 4.6 imports.

Usage: tflite_to_onnx.py IN.tflite OUT.onnx

Knows what a face embedding of the MobileFaceNet family is made of: convolutions, depthwise convolutions, a PReLU that was
written as relu(x) + slope * (x - |x|), additions, and one reshape at the end; anything else is refused. Data goes from
NHWC to NCHW, the batch becomes 1. The same input gives the same output, byte by byte.
"""
import array
import struct
import sys

# Operators (tflite/schema.fbs, BuiltinOperator).
ADD, CONV, DEPTHWISE, MUL, RELU, RESHAPE, SUB, ABS = 0, 3, 4, 18, 19, 22, 41, 101
SAME = 0  # Padding; the other is VALID


def refuse(what):
    sys.exit(f"tflite_to_onnx: {what}")


class Table:
    """A flatbuffer table; fields by their number in the schema."""

    def __init__(self, data, place):
        self.data, self.place = data, place
        self.fields = place - struct.unpack_from("<i", data, place)[0]
        self.count = (struct.unpack_from("<H", data, self.fields)[0] - 4) // 2

    def _at(self, field):
        offset = struct.unpack_from("<H", self.data, self.fields + 4 + 2 * field)[0] if field < self.count else 0
        return self.place + offset if offset else None

    def _follow(self, place):
        return place + struct.unpack_from("<I", self.data, place)[0]

    def byte(self, field, default=0):
        at = self._at(field)
        return default if at is None else self.data[at]

    def number(self, field, default=0):
        at = self._at(field)
        return default if at is None else struct.unpack_from("<i", self.data, at)[0]

    def table(self, field):
        return Table(self.data, self._follow(self._at(field)))

    def _vector(self, field):
        at = self._at(field)
        if at is None:
            return 0, 0
        at = self._follow(at)
        return at + 4, struct.unpack_from("<I", self.data, at)[0]

    def tables(self, field):
        at, count = self._vector(field)
        return [Table(self.data, self._follow(at + 4 * i)) for i in range(count)]

    def numbers(self, field):
        at, count = self._vector(field)
        return list(struct.unpack_from(f"<{count}i", self.data, at))

    def bytes(self, field):
        at, count = self._vector(field)
        return self.data[at : at + count]


class Network:
    """The first graph of a .tflite file."""

    def __init__(self, data):
        if data[4:8] != b"TFL3":
            refuse("this is not a TensorFlow Lite file")
        model = Table(data, struct.unpack_from("<I", data)[0])
        graph = model.tables(2)[0]
        codes = [code.byte(0) or code.number(3) for code in model.tables(1)]
        buffers = model.tables(4)
        self.tensors = graph.tables(0)
        self.buffers = [buffers[tensor.number(2)].bytes(0) for tensor in self.tensors]
        self.input, self.output = graph.numbers(1)[0], graph.numbers(2)[0]
        self.operators = [(codes[o.number(0)], o.numbers(1), o.numbers(2)[0], o) for o in graph.tables(3)]

    def shape(self, tensor):
        return self.tensors[tensor].numbers(0)

    def constant(self, tensor):
        if self.tensors[tensor].byte(1) != 0 or not self.buffers[tensor]:
            refuse(f"tensor {tensor} is not a constant of 32-bit floats")
        return array.array("f", self.buffers[tensor])


# Protobuf: only what ONNX needs.
def varint(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def whole(field, value):
    return varint(field << 3) + varint(value)


def chunk(field, value):
    value = value.encode() if isinstance(value, str) else value
    return varint(field << 3 | 2) + varint(len(value)) + value


class Graph:
    """ONNX, operator set 9: Pad has its sizes as attributes there, which OpenCV 4.6 imports."""

    def __init__(self):
        self.nodes, self.constants = [], []

    def node(self, kind, inputs, output, **attributes):
        body = b"".join(chunk(1, name) for name in inputs) + chunk(2, output) + chunk(4, kind)
        for name, value in attributes.items():
            if isinstance(value, list):  # AttributeProto: ints = 8, type INTS = 7; i = 3, type INT = 2
                encoded = b"".join(whole(8, number) for number in value) + whole(20, 7)
            else:
                encoded = whole(3, value) + whole(20, 2)
            body += chunk(5, chunk(1, name) + encoded)
        self.nodes.append(body)
        return output

    def constant(self, name, shape, values):
        self.constants.append(b"".join(whole(1, size) for size in shape) + whole(2, 1) + chunk(8, name) + chunk(9, values.tobytes()))
        return name

    @staticmethod
    def _value(name, shape):
        dimensions = b"".join(chunk(1, whole(1, size)) for size in shape)
        return chunk(1, name) + chunk(2, chunk(1, whole(1, 1) + chunk(2, dimensions)))

    def model(self, name, inputs, outputs):
        graph = b"".join(chunk(1, node) for node in self.nodes) + chunk(2, name)
        graph += b"".join(chunk(5, constant) for constant in self.constants)
        graph += chunk(11, self._value(*inputs)) + chunk(12, self._value(*outputs))
        return whole(1, 4) + chunk(2, "sesame") + chunk(7, graph) + chunk(8, chunk(1, "") + whole(2, 9))


def channels_first(values, shape):
    """[a, height, width, b] -> [a, b, height * width], flat."""
    first, area, last = shape[0], shape[1] * shape[2], shape[3]
    out = array.array("f")
    for i in range(first):
        plane = values[i * area * last : (i + 1) * area * last]
        for channel in range(last):
            out.extend(plane[channel::last])
    return out


class Conversion:
    def __init__(self, network):
        self.network, self.graph = network, Graph()
        self.names = {network.input: "input"}

    def convolution(self, kind, inputs, output, options):
        source, weights, bias = inputs
        shape = self.network.shape(weights)
        stride, size, pixels = options.number(2, 1), shape[1:3], self.network.shape(source)[1:3]
        if options.byte(4 if kind == DEPTHWISE else 3) != 0 or options.number(1, 1) != stride:
            refuse("a convolution has an activation of its own, or strides that differ")
        data, name = self.names[source], f"t{output}"
        if options.byte(0) == SAME:
            # What is odd goes to the end; OpenCV's convolution pads both sides alike, so that is a layer of its own.
            total = [max(0, (-(-side // stride) - 1) * stride + k - side) for side, k in zip(pixels, size)]
            begin, end = [t // 2 for t in total], [t - t // 2 for t in total]
            if begin != end:
                data = self.graph.node("Pad", [data], name + "_padded", pads=[0, 0, *begin, 0, 0, *end])
                begin = [0, 0]
        else:
            begin = [0, 0]
        group = shape[3] if kind == DEPTHWISE else 1
        kernel = [shape[3], 1, *size] if kind == DEPTHWISE else [shape[0], shape[3], *size]
        values = channels_first(self.network.constant(weights), shape)
        inputs = [data, self.graph.constant(f"w{output}", kernel, values),
                  self.graph.constant(f"b{output}", [kernel[0]], self.network.constant(bias))]
        self.names[output] = self.graph.node("Conv", inputs, name, kernel_shape=size, strides=[stride, stride],
                                             pads=begin + begin, group=group)

    def prelu(self, at):
        """relu(x) + slope * (x - |x|), as the five operators from `at` on: slope is half of PReLU's."""
        operators = self.network.operators[at : at + 5]
        if [o[0] for o in operators] != [RELU, ABS, SUB, MUL, ADD]:
            refuse("a rectifier is not the PReLU that was expected")
        (_, [x], positive, _), (_, [x2], absolute, _), (_, twice, negative, _), (_, scaled, slope_part, _), (_, added, output, _) = operators
        slope = next(i for i in scaled if i != negative)
        if x != x2 or twice != [x, absolute] or negative not in scaled or sorted(added) != sorted([positive, slope_part]):
            refuse("a rectifier is not the PReLU that was expected")
        values = array.array("f", (2 * v for v in self.network.constant(slope)))
        name = self.graph.constant(f"s{output}", [len(values), 1, 1], values)
        self.names[output] = self.graph.node("PRelu", [self.names[x], name], f"t{output}")

    def run(self):
        operators, at = self.network.operators, 0
        while at < len(operators):
            kind, inputs, output, operator = operators[at]
            if kind in (CONV, DEPTHWISE):
                self.convolution(kind, inputs, output, operator.table(4))
            elif kind == RELU:
                self.prelu(at)
                at += 4
            elif kind == ADD:
                self.names[output] = self.graph.node("Add", [self.names[i] for i in inputs], f"t{output}")
            elif kind == RESHAPE and output == self.network.output:
                self.names[output] = self.graph.node("Flatten", [self.names[inputs[0]]], "embedding", axis=1)
            else:
                refuse(f"operator {kind} is not known here")
            at += 1
        _, height, width, channels = self.network.shape(self.network.input)
        length = self.network.shape(self.network.output)[-1]
        return self.graph.model("embedding", ("input", [1, channels, height, width]), ("embedding", [1, length]))


def main(arguments):
    if len(arguments) != 2:
        sys.exit(__doc__)
    with open(arguments[0], "rb") as file:
        network = Network(file.read())
    converted = Conversion(network).run()
    with open(arguments[1], "wb") as file:
        file.write(converted)


main(sys.argv[1:])
