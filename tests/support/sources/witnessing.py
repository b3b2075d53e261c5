"""A file converted, and the image judged by the file's own framework."""

from pathlib import Path
from typing import Any

from support.sources.onnx_nets import floats

import tinynn
from converters import Options, conversion
from converters.verify.verify import Verification, verify, verify_conversion


def judged(path: Path, *, trust_code: bool = False, **shapes: Any) -> Verification:
    """At convert time, once `verify` has come to the same verdict."""
    made = conversion(path, Options(), input_shapes=shapes, trust_code=trust_code)
    image = tinynn.load(made.image)
    (spec,) = image.inputs
    samples = [{spec.name: floats(*spec.shape, seed=seed)} for seed in range(2)]
    found = verify_conversion(made, image, samples, trust_code)
    again = verify(image, path, samples, input_shapes=shapes, trust_code=trust_code)
    assert found.verdict(1.0) is again.verdict(1.0)
    return found
