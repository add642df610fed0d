"""Vectors of `LANES` float64 as ordinary values inside compiled loops.

numba has no vector type; this adds one over LLVM's ``<LANES x double>``, which the compiler lowers to whatever the
machine has, one register or sixteen. Loads and stores convert from and to the type of the array; in an array of uint32
the value `ONE` stands for 1.0 (fixed point, rounded to nearest).
"""

from __future__ import annotations

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.datamodel import PrimitiveModel
from numba.extending import intrinsic, register_model

LANES = 32
ONE = 4294967295.0

_DOUBLE = ir.DoubleType()
_VECTOR = ir.VectorType(_DOUBLE, LANES)
_INDICES = ir.VectorType(ir.IntType(32), LANES)
_STORED = {"float64": _DOUBLE, "uint32": ir.IntType(32)}


class _VectorType(types.Type):
    def __init__(self):
        super().__init__(name=f"vector{LANES}")


vector = _VectorType()


@register_model(_VectorType)
class _VectorModel(PrimitiveModel):
    def __init__(self, manager, type_):
        super().__init__(manager, type_, _VECTOR)


def _splat(builder, scalar):
    """Return the scalar in every lane."""
    nothing = ir.Constant(_VECTOR, ir.Undefined)
    first = builder.insert_element(nothing, scalar, ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(first, nothing, ir.Constant(_INDICES, [0] * LANES))


def _widened(context, builder, value, type_):
    if type_ == vector:
        return value
    return _splat(builder, context.cast(builder, value, type_, types.float64))


def _address(context, builder, array_type, array, offset, offset_type):
    data = context.make_array(array_type)(context, builder, array).data
    return builder.gep(data, [context.cast(builder, offset, offset_type, types.intp)])


def _stored_type(array):
    return ir.VectorType(_STORED[str(array.dtype)], LANES)


@intrinsic
def load(typing, array, offset):
    """Return the lanes that begin at element `offset` of a flat array."""

    def generate(context, builder, _signature, args):
        address = _address(context, builder, array, args[0], args[1], offset)
        stored = _stored_type(array)
        value = builder.load(
            builder.bitcast(address, stored.as_pointer()), align=4 if stored.element != _DOUBLE else 8
        )
        return value if stored.element == _DOUBLE else builder.uitofp(value, _VECTOR)

    return vector(array, offset), generate


@intrinsic
def store(typing, array, offset, value):
    """Write the lanes to a flat array from element `offset`."""

    def generate(context, builder, _signature, args):
        address = _address(context, builder, array, args[0], args[1], offset)
        stored, lanes = _stored_type(array), args[2]
        if stored.element != _DOUBLE:
            half = _splat(builder, ir.Constant(_DOUBLE, 0.5))
            lanes = builder.fptoui(builder.fadd(lanes, half), stored)
        target = builder.bitcast(address, stored.as_pointer())
        builder.store(lanes, target, align=4 if stored.element != _DOUBLE else 8)
        return context.get_dummy_value()

    return types.void(array, offset, value), generate


def _pairwise(operation):
    """Return an intrinsic of two vectors, or of a vector and a number."""

    @intrinsic
    def function(typing, left, right):
        def generate(context, builder, _signature, args):
            a, b = (_widened(context, builder, v, t) for v, t in zip(args, (left, right), strict=True))
            return operation(builder, a, b)

        return vector(left, right), generate

    return function


add = _pairwise(lambda builder, a, b: builder.fadd(a, b))
subtract = _pairwise(lambda builder, a, b: builder.fsub(a, b))
multiply = _pairwise(lambda builder, a, b: builder.fmul(a, b))
larger = _pairwise(lambda builder, a, b: builder.select(builder.fcmp_ordered(">", a, b), a, b))
smaller = _pairwise(lambda builder, a, b: builder.select(builder.fcmp_ordered("<", a, b), a, b))


divide = _pairwise(lambda builder, a, b: builder.fdiv(a, b))


@intrinsic
def where_at_most(typing, value, limit, then, otherwise):
    """Return, lane by lane, `then` where value <= limit and else `otherwise`."""

    def generate(context, builder, _signature, args):
        given = (value, limit, then, otherwise)
        v, bound, a, b = (_widened(context, builder, x, t) for x, t in zip(args, given, strict=True))
        return builder.select(builder.fcmp_ordered("<=", v, bound), a, b)

    return vector(value, limit, then, otherwise), generate


@intrinsic
def multiply_add(typing, a, b, c):
    """Return a * b + c, fused where the machine can."""

    def generate(context, builder, _signature, args):
        values = [_widened(context, builder, v, t) for v, t in zip(args, (a, b, c), strict=True)]
        signature = ir.FunctionType(_VECTOR, [_VECTOR] * 3)
        fused = cgutils.get_or_insert_function(builder.module, signature, f"llvm.fmuladd.v{LANES}f64")
        return builder.call(fused, values)

    return vector(a, b, c), generate


@intrinsic
def zeros(typing):
    """Return zero in every lane."""
    return vector(), lambda _context, _builder, _signature, _args: ir.Constant(
        _VECTOR, [ir.Constant(_DOUBLE, 0.0)] * LANES
    )


@intrinsic
def prefetch(typing, array, offset):
    """Ask for the cache line of element `offset` of a flat array."""

    return types.void(array, offset), _prefetching(array, offset)


@intrinsic
def prefetch_record(typing, array, index):
    """Ask for the cache line of a record, one line long, of an array of records."""
    return types.void(array, index), _prefetching(array, index)


def _prefetching(array, offset):
    def generate(context, builder, _signature, args):
        address = _address(context, builder, array, args[0], args[1], offset)
        byte, word = ir.IntType(8).as_pointer(), ir.IntType(32)
        signature = ir.FunctionType(ir.VoidType(), [byte, word, word, word])
        function = cgutils.get_or_insert_function(builder.module, signature, "llvm.prefetch.p0")
        read, near, data = (ir.Constant(word, v) for v in (0, 3, 1))
        builder.call(function, [builder.bitcast(address, byte), read, near, data])
        return context.get_dummy_value()

    return generate
