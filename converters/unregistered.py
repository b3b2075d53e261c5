"""Nodes of operators that nobody here has a word for: told all at once.

ONNX's checker stops at the first operator that its registry lacks. Such nodes are
therefore set apart first, in domains of their own, which the checker passes over; the
lowering refuses them as it does every operator of a foreign domain.
"""

from typing import TYPE_CHECKING, Any

from converters.control import CONTROL
from converters.nodes import all_nodes
from converters.registry import LOWERINGS, WAYS_OUT, NoSuchOperator
from tinynn.operators import OPERATIONS

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto, OperatorSetIdProto

APART = "unregistered:"
DEFAULT_DOMAINS = ("", "ai.onnx")
CONTRIB = "com.microsoft"
"""onnxruntime's own domain, which ONNX's checker and registry don't know."""
FUSED = ("SimplifiedLayerNormalization",)
"""Operators of onnxruntime's that it has in ONNX's domain, where ONNX has none."""
OWN_DOMAIN = "plumbline"
"""Of what is read out of files of other frameworks, and ONNX has no operator for."""
OF_SHAPES = ("Shape", "Size")
"""What they tell is a constant, whatever the data."""
OF_CONSTANTS = ("ConstantOfShape", "NonZero", "Range")
"""What they make of data has no fixed length."""

DOMAINS_WAYS_OUT = {
    CONTRIB: "convert the model as it was before onnxruntime optimised it",
    f"{CONTRIB}.nchwc": "let onnxruntime optimise it to ORT_ENABLE_EXTENDED at most",
    "ai.onnx.ml": "do it outside of the model",
}
MISSPELT = "a name misspelt? else export it by operators of ONNX"


def set_apart(model: "ModelProto", opset: int) -> None:
    """Move the nodes of operators that their opset lacks to domains of their own."""
    from onnx import helper

    versions = {entry.domain: entry.version for entry in model.opset_import}
    versions |= dict.fromkeys(DEFAULT_DOMAINS, opset)
    local = {(function.domain, function.name) for function in model.functions}
    apart = set()
    for node in all_nodes(model.graph):
        own = (node.domain, node.op_type) in local
        if own or registered(node, versions.get(node.domain, 1)):
            continue
        if node.op_type in FUSED and node.domain in DEFAULT_DOMAINS:
            node.domain = CONTRIB
        if is_added(node):
            model.opset_import.extend(missing(node.domain, versions))
        else:
            node.domain = APART + node.domain
            apart.add(node.domain)
    model.opset_import.extend(helper.make_opsetid(name, 1) for name in sorted(apart))


def is_added(node: "NodeProto") -> bool:
    """Whether it is one of onnxruntime's own operators, or ours, that the table has."""
    return node.domain in (CONTRIB, OWN_DOMAIN) and operator_name(node) in LOWERINGS


def missing(domain: str, versions: dict[str, int]) -> "list[OperatorSetIdProto]":
    """An entry for a domain that the model uses without one."""
    from onnx import helper

    if domain in versions:
        return []
    versions[domain] = 1
    return [helper.make_opsetid(domain, 1)]


def registered(node: "NodeProto", version: int) -> bool:
    """Whether ONNX has the operator in this version of its domain."""
    from onnx import defs

    try:
        schema = defs.get_schema(node.op_type, version, registry_domain(node))
    except defs.SchemaError:
        return False
    return not schema.deprecated


def first_opset(node: "NodeProto") -> int | None:
    """The first version of the domain that had the operator; None of no operator."""
    from onnx import defs

    meant = (registry_domain(node), node.op_type)
    return min(
        (
            schema.since_version
            for schema in defs.get_all_schemas_with_history()
            if (schema.domain, schema.name) == meant
        ),
        default=None,
    )


def registry_domain(node: "NodeProto") -> str:
    """ONNX's name for the domain that the author meant."""
    domain = node.domain.removeprefix(APART)
    return "" if domain in DEFAULT_DOMAINS else domain


def operator_name(node: "NodeProto") -> str:
    domain = registry_domain(node)
    return f"{domain}.{node.op_type}" if domain else node.op_type


def is_foreign(node: "NodeProto") -> bool:
    """Whether no table and no definition of ONNX's is to be asked."""
    known = not node.domain.startswith(APART) and operator_name(node) in LOWERINGS
    return node.domain not in DEFAULT_DOMAINS and not known


def has_word(node: "NodeProto", opset: int) -> bool:
    """Whether the table, tinynn or a definition of ONNX's has the operator, of data."""
    from onnx import defs

    if is_foreign(node) or node.op_type in OF_CONSTANTS:
        return False
    tables = LOWERINGS, OPERATIONS, CONTROL
    if any(operator_name(node) in table for table in tables):
        return True
    schema: Any = defs.get_schema(node.op_type, opset, registry_domain(node))
    plain = schema.function_opset_versions
    return bool(plain or schema.context_dependent_function_opset_versions)


def no_word(node: "NodeProto", opset: int) -> NoSuchOperator:
    """Why the node is refused, and what its author can do."""
    name, domain = operator_name(node), registry_domain(node)
    advice = DOMAINS_WAYS_OUT.get(domain, WAYS_OUT.get(node.op_type, ""))
    if not node.domain.startswith(APART):
        return NoSuchOperator(f"tinynn has no {name}", advice)
    since = first_opset(node)
    if since is None:
        return NoSuchOperator(f"tinynn has no {name}", advice or MISSPELT)
    if not domain and since > opset:
        advice = f"export with opset {since}"
    return NoSuchOperator(f"ONNX has no {name} in opset {opset}", advice)
