"""Models on chains of CosmWasm: deployed, asked, looked at.

Signing, encoding and the node's RPC are here, with what the product has anyway. The
libraries for them want another protobuf than onnx does, so that nobody could have both.
"""
