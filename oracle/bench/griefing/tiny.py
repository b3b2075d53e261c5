"""A model so small that an attack of hundreds of answers is played in seconds."""

import numpy as np

import tinynn


def tiny_image() -> bytes:
    """Four bytes in, the larger of two sums out."""
    graph = tinynn.GraphBuilder("tiny")
    weight = np.array([[1, -1, 2, 0.5], [-1, 1, 0.25, 3]], np.float32)
    scaled = graph.scale_u8(graph.input("bytes", "uint8", (4,)), 1 / 255)
    sums = graph.dense(scaled, weight, np.array([0.5, -0.5], np.float32))
    graph.output(graph.softmax(graph.relu(sums)), "probabilities")
    graph.output(graph.argmax(sums), "larger")
    return graph.build()
