"""What a comparison of an image and its source came to."""

from enum import Enum


class Verdict(Enum):
    """Only one of them says that the image is right."""

    PASSED = "passed"
    BEYOND = "beyond tolerance"
    PROVES_NOTHING = "proves nothing"
    NO_WITNESS = "nothing to compare with"
